"""All rooms as series of episodes, in memory: media centres ask for them by words and numbers.

It is looked at whether rooms have changed before each answer, and only then are they read again: so
nobody finds a title that has been taken away, and a question costs no reading of rooms.

Belongs to the event loop's thread.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple, Protocol

from danmaku.domain.ids import RoomNumber
from danmaku.formats.dandanplay import Episode, Series, series_of

ROOMS_MAX: Final = 50_000  # those that opened first: looking through so many takes milliseconds
ROOMS_AT_ONCE: Final = 2_000
PAUSE_PER_READING: Final = 9  # so at most a tenth of the time goes into reading
_BETWEEN: Final = "\n"  # names of one series: titles and ids have none


class Titles(Protocol):
    """What rooms are called."""

    async def stamp(self) -> tuple[int, int]:
        """Another value whenever a room has opened or changed."""

    async def after(self, number: RoomNumber, *, limit: int) -> Sequence[Episode]:
        """Rooms by rising number, each as an episode by itself."""


class Named(NamedTuple):
    """An episode by the names that it is found by: its room's id, and its title for comparing."""

    room: str
    title: str
    series: Series
    episode: Episode


@dataclass(frozen=True, slots=True)
class Arranged:
    """How the rooms stood at one moment."""

    by_number: Mapping[RoomNumber, Series]
    _series: Sequence[tuple[str, Series]]  # with all names in it
    _episodes: Sequence[Named]

    @classmethod
    def of(cls, episodes: Sequence[Episode]) -> "Arranged":
        """Put rooms together.

        Cost: some microseconds a room; not for the event loop's thread.
        """
        every, names, named = series_of(episodes), [], []
        for series in every:
            some = [
                Named(one.room, one.title.strip().casefold(), series, one)
                for one in series.episodes
            ]
            names.append(
                (_BETWEEN.join(f"{one.room}{_BETWEEN}{one.title}" for one in some), series)
            )
            named += some
        return cls({series.number: series for series in every}, names, named)

    def named(self, words: str) -> Iterator[Series]:
        """Series of which a room's id or title has these words, oldest first."""
        wanted = words.strip().casefold().replace(_BETWEEN, " ")
        return (series for names, series in self._series if wanted in names)

    def played(self, stem: str, most: int) -> tuple[bool, list[tuple[Series, Episode]]]:
        """Episodes that a file of this name may be of, and whether it is one for certain."""
        found = [one for one in self._episodes if stem and stem in (one.room, one.title)]
        is_certain = len(found) == 1
        near = found or (one for one in self._episodes if one.title in stem)
        return is_certain, [(one.series, one.episode) for one in islice(near, most)]


class Shelf:
    """See the module.

    Args:
        titles: Of the record.
    """

    def __init__(self, titles: Titles) -> None:
        self._titles = titles
        self._arranged = Arranged({}, (), ())
        self._stamp: tuple[int, int] | None = None
        self._looking = asyncio.Lock()
        self._asked = 0
        self._answered = 0  # of those who asked: a look that began later serves them all
        self._may_read_s = 0.0  # by the loop's clock

    async def now(self) -> Arranged:
        """How the rooms stand, no older than the question.

        Raises:
            StoreDown: They cannot be read.
        """
        self._asked += 1
        mine = self._asked
        async with self._looking:
            if self._answered < mine:
                upto = self._asked
                await self._look()
                self._answered = upto
        return self._arranged

    async def _look(self) -> None:
        if await self._titles.stamp() == self._stamp:
            return
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._may_read_s - loop.time())
        began_s = loop.time()
        stamp = await self._titles.stamp()  # from before anything is read
        self._arranged = await asyncio.to_thread(Arranged.of, await self._every())
        self._stamp = stamp
        took_s = loop.time() - began_s
        self._may_read_s = loop.time() + PAUSE_PER_READING * took_s

    async def _every(self) -> list[Episode]:
        found: list[Episode] = []
        after = RoomNumber(0)
        while len(found) < ROOMS_MAX:
            some = await self._titles.after(after, limit=ROOMS_AT_ONCE)
            found += some
            if len(some) < ROOMS_AT_ONCE:
                break
            after = some[-1].number
        return found[:ROOMS_MAX]
