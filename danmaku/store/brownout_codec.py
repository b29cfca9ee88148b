"""Levels of the brown-out that somebody held, as headers: nothing of them is sealed."""

from typing import Final

from danmaku.domain.brownout import LevelForced
from danmaku.domain.ids import Millis, Pseudonym
from danmaku.store.codec import About
from danmaku.store.mirror import Pack, Unpack, mirrored

LEVEL_FORCED: Final = "level_forced"


class Forced(About, frozen=True, kw_only=True, omit_defaults=True, tag=LEVEL_FORCED):
    """Header of `LevelForced`."""

    level: int | None = None
    until_ms: Millis | None = None
    actor: Pseudonym | None = None


PACKERS: dict[type, Pack] = {}
UNPACKERS: dict[type[About], Unpack] = {}
PACKERS[LevelForced], UNPACKERS[Forced] = mirrored(LevelForced, Forced)
