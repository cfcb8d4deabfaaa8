"""Deliveries of a Twenty server: verified, parsed, received once each; and what polling finds that never came."""
