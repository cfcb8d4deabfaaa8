"""Data model -> the GraphQL schemas that the real server would show."""
