"""The rules: values in, values out. No clock, no loop, no disk."""
