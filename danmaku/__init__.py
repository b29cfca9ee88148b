"""danmaku: real-time bullet comments with a durable, provable record."""

__version__ = "0.1.0"
