"""Measures the server from outside, and judges what its viewers saw against its record."""
