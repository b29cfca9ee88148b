"""Where the operator's desk of a running server listens."""

import functools
import os
from pathlib import Path

ADMIN_SOCKET = "admin.sock"  # in the data directory; who may open it is the operator
PATH_BYTES_MAX = 107  # of a local socket's address: the kernel keeps 108, with the end


@functools.cache
def path_within_reach(path: Path) -> str:
    """A path of that local socket which an address can hold, however deep the socket lies.

    A longer one leads through its folder, which this process then holds open to its end: so long
    others of the same user may take that path too.
    """
    if len(os.fsencode(path)) <= PATH_BYTES_MAX:
        return str(path)
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    return f"/proc/{os.getpid()}/fd/{folder}/{path.name}"
