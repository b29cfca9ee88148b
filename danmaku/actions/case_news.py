"""Tells whoever watches a list of cases that it has changed; never what, so that none is left out.

Lives on the event loop's thread.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

from danmaku.domain.case_facts import CaseFact
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused, Entry, ReportFiled
from danmaku.domain.ids import PLATFORM
from danmaku.domain.keeping_facts import ReportAnswered
from danmaku.errors import Overloaded

WATCHERS_MAX = 500
GATHER_S = 0.2  # what changes within it is told as one: a flood of reports redraws nobody to death
QUIET_S = 15.0  # a sign of life after so long without news


class CaseNews:
    """See the module.

    Args:
        is_news: What is told of, if not changes of cases.
    """

    def __init__(self, is_news: Callable[[Entry], bool] | None = None) -> None:
        self._is_news = is_news or _is_news
        self._version = 0
        self._changed = asyncio.Event()
        self._watchers = 0
        self._is_closed = False

    def apply(self, entries: Sequence[Entry]) -> None:
        """Hear of a commit."""
        if any(map(self._is_news, entries)):
            self._version += 1
            self._wake()

    def close(self) -> None:
        """Let all watchers go, and take no more."""
        self._is_closed = True
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()  # who waits has the old one

    async def watch(self) -> AsyncIterator[int]:
        """How often it has changed: now, after each change, and now and then without any.

        Raises:
            Overloaded: Too many watch already.
        """
        if self._watchers >= WATCHERS_MAX:
            raise Overloaded("Too many watch the cases.")
        self._watchers += 1
        try:
            while not self._is_closed:
                changed, told = self._changed, self._version
                yield told
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(QUIET_S):
                        await changed.wait()
                        await asyncio.sleep(GATHER_S)
        finally:
            self._watchers -= 1


def _is_news(entry: Entry) -> bool:
    match entry.fact:
        case CommentHeld():
            return True
        case CommentPublished(origin=origin) | CommentRefused(origin=origin):
            return origin is not None  # a person has decided
        case fact:
            return entry.chain == PLATFORM and isinstance(
                fact, CaseFact | ReportFiled | ReportAnswered
            )
