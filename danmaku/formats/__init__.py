"""The record in the shapes that others read: pure functions, one file a format."""
