"""`python -m danmaku` is the command `danmaku`."""

from danmaku.cli import main

main()
