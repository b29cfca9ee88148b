"""The server with few descriptors: `python -m tests.faults.starved COUNT serve`."""

import resource
import sys

from danmaku.cli import main

if __name__ == "__main__":
    count = int(sys.argv.pop(1))
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
    main()
