"""Rooms and comments as media centres ask for them: the shapes of dandanplay's API, second version.

There a series has episodes, and players guess the next one's id as one more. Rooms whose ids differ
in a number at the end are the episodes of a series; every other room is a series of its own. The
series takes the number of its room that opened first, which no later room can change. So ids are
the same for ever, follow each other, and need nothing to be kept.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import NamedTuple

import msgspec

from danmaku.domain.comment import Mode
from danmaku.domain.ids import Millis, Number, RoomId, RoomNumber
from danmaku.formats.layout import Head, Layout
from danmaku.formats.players import NUMBER_OF
from danmaku.formats.scripts import Script, brought_to
from danmaku.formats.senders import sender_of
from danmaku.formats.shown import Shown

Fields = dict[str, object]

EPISODES_MAX = 10_000  # of a series, and so what its number is multiplied by
SERIES_MAX = 2**31 // EPISODES_MAX - 1  # ids have to fit into 32 bits with a sign
_NUMBERED = re.compile(r"(.*?[^0-9])([0-9]{1,4})")
# Its players know no way from left to right.
_MODES = NUMBER_OF | {Mode.REVERSE: NUMBER_OF[Mode.SCROLL]}
_KIND = {"type": "other", "typeDescription": "其他"}
_json = msgspec.json.Encoder().encode


class Episode(NamedTuple):
    """A room in its series; `part` counts from 1, and is 1 where there is no other."""

    room: RoomId
    number: RoomNumber
    title: str
    opened_ms: Millis
    part: int = 1


class Series(NamedTuple):
    """Rooms that belong together, by rising part."""

    number: RoomNumber
    episodes: Sequence[Episode]

    @property
    def title(self) -> str:
        """Of its first episode."""
        return self.episodes[0].title

    def id_of(self, episode: Episode) -> int:
        """What players know an episode by."""
        return self.number * EPISODES_MAX + episode.part


def stem_of(room: RoomId) -> tuple[str, int]:
    """What the rooms of a series have in common, and which of them it is; 0: it has no others."""
    if (found := _NUMBERED.fullmatch(room)) is None or not int(found[2]):
        return room, 0
    return found[1], int(found[2])


def series_of(episodes: Iterable[Episode]) -> list[Series]:
    """Put rooms together, in the order in which their series began.

    Rooms that claim the same part stand by which opened first; the others cannot be named here.
    """
    found: dict[tuple[str, bool], dict[int, Episode]] = {}
    for episode in sorted(episodes, key=lambda each: each.number):
        stem, part = stem_of(episode.room)
        parts = found.setdefault((stem, part > 0), {})
        parts.setdefault(part, episode._replace(part=part or 1))
    whole = [
        Series(min(one.number for one in parts.values()), [parts[key] for key in sorted(parts)])
        for parts in found.values()
    ]
    return [series for series in whole if series.number <= SERIES_MAX]


def answer_of(**fields: object) -> Fields:
    """An answer that is a yes."""
    return {"success": True, "errorCode": 0, "errorMessage": "", **fields}


def anime_of(series: Series) -> Fields:
    """A series in a list."""
    return {
        **_named(series),
        "imageUrl": "",
        "startDate": _date_of(series.episodes[0].opened_ms),
        "episodeCount": len(series.episodes),
        "rating": 0,
        "isFavorited": False,
    }


def anime_with_episodes_of(series: Series) -> Fields:
    """A series in a list, with its episodes."""
    return {**_named(series), "episodes": [_episode_of(series, one) for one in series.episodes]}


def bangumi_of(series: Series) -> Fields:
    """A series by itself."""
    episodes = [
        {
            **_episode_of(series, one),
            "episodeNumber": str(one.part),
            "airDate": _date_of(one.opened_ms),
        }
        for one in series.episodes
    ]
    return {**anime_of(series), "isOnAir": False, "airDay": 0, "summary": "", "episodes": episodes}


def match_of(series: Series, episode: Episode) -> Fields:
    """An episode that a file may be of."""
    return {
        **_episode_of(series, episode),
        "animeId": series.number,
        "animeTitle": series.title,
        **_KIND,
        "shift": 0,
    }


def _named(series: Series) -> Fields:
    number = series.number
    return {"animeId": number, "bangumiId": str(number), "animeTitle": series.title, **_KIND}


def _episode_of(series: Series, episode: Episode) -> Fields:
    return {"episodeId": series.id_of(episode), "episodeTitle": episode.title}


def _date_of(at_ms: Millis) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")


# --- comments


@lru_cache(maxsize=64)
def comments_after(number: Number, script: Script = Script.AS_WRITTEN) -> Layout:
    """The comments of a room whose number is greater; the count comes first, as readers ask."""
    write = partial(_line, brought_to(script))
    return Layout(
        ending="json",
        media_type="application/json",
        begin=_begin,
        new_line=lambda: write,
        between=b",",
        end="]}",
        after=number,
    )


def _begin(head: Head) -> str:
    return f'{{"count":{head.count},"comments":['


def _line(bring: Callable[[str], str], shown: Shown) -> bytes:
    hundredths = shown.position_ms // 10
    place = f"{hundredths // 100}.{hundredths % 100:02},{_MODES[shown.mode]},{shown.color}"
    said = _json(bring(shown.text)).decode()
    item = f'{{"cid":{shown.number},"p":"{place},{sender_of(shown.author)}","m":{said}}}'
    return item.encode()
