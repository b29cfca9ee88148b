"""Seeing that a file has changed, and that whoever writes it has finished."""

import asyncio
from pathlib import Path
from typing import Final

_Stamp = tuple[int, int, int]
_GONE: Final[_Stamp] = (0, 0, 0)


class FileChanges:
    """One file that is looked at now and then.

    Args:
        path: It need not be there. How it looks at first is told as a change.
    """

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self._seen: _Stamp | None = None  # how it looked last time
        self._told: _Stamp | None = None  # how it looked when a change was told

    async def has_settled(self) -> bool:
        """Whether the file has changed and looks as it did last time; each change is told once.

        Until it looks the same twice somebody may be writing it.
        """
        stamp = await asyncio.to_thread(_stamp_of, self.path)
        is_settled, self._seen = stamp == self._seen, stamp
        if not is_settled or stamp == self._told:
            return False
        self._told = stamp
        return True

    def tell_again(self) -> None:
        """Tell the last change once more: it could not be looked into."""
        self._told = None

    async def pass_over(self) -> None:
        """Tell nothing of how the file looks by now."""
        self._told = await asyncio.to_thread(_stamp_of, self.path)


def _stamp_of(path: Path) -> _Stamp:
    """What changes whenever a file does."""
    try:
        facts = path.stat()
    except OSError:
        return _GONE  # reading it will say why
    return facts.st_mtime_ns, facts.st_size, facts.st_ino
