"""What is announced while something is being read, so that nothing falls between the two."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from danmaku.domain.facts import Entry

Key = TypeVar("Key", bound=Hashable)


class Arrivals(Generic[Key]):
    """Keeps the entries about a key for each reader of it, from its first to its last moment.

    A value that was read, with what arrived meanwhile applied to it, is as fresh as one that was in
    memory all the time. Each reader has a list of its own: that one of them fails or gives up takes
    nothing from the others. Lives on the event loop's thread.
    """

    def __init__(self) -> None:
        self._readers: dict[Key, dict[object, list[Entry]]] = {}

    @contextmanager
    def during(self, key: Key) -> Iterator[list[Entry]]:
        """Collect what arrives about `key` while the block runs; oldest first."""
        reader, missed = object(), list[Entry]()
        self._readers.setdefault(key, {})[reader] = missed
        try:
            yield missed
        finally:
            del self._readers[key][reader]
            if not self._readers[key]:
                del self._readers[key]

    def is_awaited(self, key: Key) -> bool:
        """Whether anybody is reading `key`."""
        return key in self._readers

    def note(self, key: Key, entry: Entry) -> None:
        """Tell everybody who is reading `key` of an entry."""
        for missed in self._readers.get(key, {}).values():
            missed.append(entry)
