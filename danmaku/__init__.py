"""danmaku: real-time bullet comments with a durable, provable record."""

import time

__version__ = "0.1.0"

BEGAN_S = time.monotonic()  # when this process began to load the house, nearly its own beginning
