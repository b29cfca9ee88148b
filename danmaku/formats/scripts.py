"""Chinese in the other of its scripts, by OpenCC, where that is installed.

It knows words, not only characters, and is worth its megabytes to those alone whose viewers ask for
it: without it texts stay as they were written.
"""

from collections.abc import Callable
from enum import IntEnum
from functools import cache
from importlib import import_module
from importlib.util import find_spec

_LIBRARY = "opencc"  # an extra of the package
_TABLES = {1: "t2s", 2: "s2t"}


class Script(IntEnum):
    """How texts are written, by the numbers of those who ask."""

    AS_WRITTEN = 0
    SIMPLIFIED = 1
    TRADITIONAL = 2


@cache
def brought_to(script: Script) -> Callable[[str], str]:
    """What brings a text to a script.

    Cost: some 60 ms the first time; then about 2 µs for a comment.
    """
    if script is Script.AS_WRITTEN or find_spec(_LIBRARY) is None:
        return str
    convert: Callable[[str], str] = import_module(_LIBRARY).OpenCC(_TABLES[script]).convert
    return convert
