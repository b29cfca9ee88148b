"""How long a test waits for what must come."""

PATIENCE_S = 120.0
"""It guards against hanging alone: a machine may be many times slower than one thinks of."""
