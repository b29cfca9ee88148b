"""A bounded number of places for costly work, shared out so that nobody keeps others from theirs.

Belongs to the event loop's thread.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from danmaku.errors import Overloaded


class Places:
    """Who has how many.

    Args:
        most: There are so many.
        each: So many one asker may have at once.
    """

    def __init__(self, most: int, each: int) -> None:
        self._most = most
        self._each = each
        self._taken: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """By all together."""
        return self._taken.total()

    def take(self, asker: str) -> None:
        """Take a place, to be given back by `leave`.

        Raises:
            Overloaded: None is free, or the asker has their share; nothing is taken.
        """
        is_full = self.taken >= self._most
        if is_full or self._taken.get(asker, 0) >= self._each:
            raise Overloaded("Too much of this is under way: come back in a moment.")
        self._taken[asker] += 1

    def leave(self, asker: str) -> None:
        """Give a place back."""
        self._taken[asker] -= 1
        if not self._taken[asker]:
            del self._taken[asker]

    @contextmanager
    def taken_by(self, asker: str) -> Iterator[None]:
        """A place for as long as something is done.

        Raises:
            Overloaded: As `take`.
        """
        self.take(asker)
        try:
            yield
        finally:
            self.leave(asker)
