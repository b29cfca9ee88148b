"""Sockets: one door of the house, with the fan-out behind it (docs/protocol.md)."""
