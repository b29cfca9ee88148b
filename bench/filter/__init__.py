"""How good and how fast the filter is."""
