"""What can be written, a module an object. Written by `twentyql generate`; do not edit."""
