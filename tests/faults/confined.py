"""The server in a control group: `python -m tests.faults.confined FOLDER serve`."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    Path(sys.argv.pop(1), "cgroup.procs").write_text(str(os.getpid()))
    from danmaku.cli import main  # what it takes is counted where it is now

    main()
