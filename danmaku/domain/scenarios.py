"""Scenarios of events in, verdicts out: how the limits on senders are tried with given measures.

A scenario is a case of `filter judge` that has `events` and `params` (docs/filter.md lists them).
The events go through the same parts, in the same order, as comments do in `admission.py`.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from danmaku.domain.ids import Millis
from danmaku.domain.pacing import TokenBuckets
from danmaku.errors import TooFast
from danmaku.filter.floods import Repeats
from danmaku.filter.normalize import fold, key_of
from danmaku.filter.waves import Measures, Wave, Waves

MS_PER_S: Final = 1000
NGRAM: Final = 2  # letters that are compared together; no other number can be asked for

_NEVER_PER_S: Final = MS_PER_S / 2**38  # a token in nine years; sums of such stay exact

Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Count = Annotated[int, Meta(ge=0, le=10_000)]


class Bucket(msgspec.Struct):
    """`user_bucket`: acts at once, and in the long run; 0: none, and never again."""

    capacity: Count = 5
    refill_per_s: Annotated[float, Meta(ge=0)] = 1.0

    def begin(self) -> TokenBuckets:
        """The buckets, all of them full."""
        return TokenBuckets(self.refill_per_s or _NEVER_PER_S, self.capacity)


class OwnRepeats(msgspec.Struct):
    """`user_dup`: copies of one text, by one user, in whatever rooms."""

    window_s: Seconds = 30
    allow: Count = 2
    min_len: Count = 5


class RoomRepeats(msgspec.Struct):
    """`room_dup`: users with the same text."""

    window_s: Seconds = 10
    distinct_users: Count = 8
    min_norm_len: Count = 6


class Near(msgspec.Struct):
    """`near`: users with texts that are alike; `jaccard` of 0: that have one pair in common.

    `jaccard` is on the scale of pairs in common to the mean of both texts' pairs, of which the
    Jaccard coefficient is a function: 0.7 there is 0.54 of Jaccard's own.
    """

    ngram: int = NGRAM
    jaccard: Annotated[float, Meta(ge=0, le=1)] = 0.7
    window_s: Seconds = 10
    distinct_users: Count = 8
    min_norm_len: Count = 8


class Params(msgspec.Struct):
    """The measures of a scenario; those that are not given are the product's."""

    user_bucket: Bucket = msgspec.field(default_factory=Bucket)
    user_dup: OwnRepeats = msgspec.field(default_factory=OwnRepeats)
    room_dup: RoomRepeats = msgspec.field(default_factory=RoomRepeats)
    near: Near = msgspec.field(default_factory=Near)


class Event(msgspec.Struct):
    """One comment on its way."""

    t_ms: int
    room: str | int
    user: str | int
    text: str


class _Case(msgspec.Struct):
    events: list[Event]
    params: Params = msgspec.field(default_factory=Params)


class Scene:
    """The limits of one scenario, with what they remember."""

    def __init__(self, params: Params) -> None:
        bucket, own, same, near = params.user_bucket, params.user_dup, params.room_dup, params.near
        self._buckets = bucket.begin()
        self._repeats = Repeats(
            within_ms=_ms(own.window_s), allowed=own.allow, min_length=own.min_len
        )
        alike = near.jaccard / (2 - near.jaccard)
        self._same = Waves(
            Measures(
                _ms(same.window_s), same.distinct_users, same.min_norm_len, like_min=_NEVER_ALIKE
            )
        )
        self._near = Waves(
            Measures(
                _ms(near.window_s), near.distinct_users, near.min_norm_len, near.min_norm_len, alike
            )
        )

    def verdict(self, event: Event, now_ms: int) -> str:
        """`rate`, `dup`, `flood` or `pass`; the first that stops it."""
        try:
            self._buckets.take(event.user, Millis(now_ms))
        except TooFast:
            return "rate"
        skeleton = fold(event.text).skeleton
        if not self._repeats.note(event.user, skeleton, now_ms):
            return "dup"
        key = key_of(skeleton)
        waves = [
            noticed.note(event.room, event.user, key, now_ms)
            for noticed in (self._same, self._near)
        ]
        return "pass" if waves == [Wave.NONE, Wave.NONE] else "flood"


_NEVER_ALIKE: Final = 1 << 30  # letters; no text is as long


def verdicts_of(fields: Mapping[str, object]) -> Sequence[str]:
    """Judge the events of one scenario, in their order.

    A clock that steps back stands still: time that is told twice makes no tokens.

    Raises:
        msgspec.ValidationError: A field is missing or out of bounds.
    """
    case = msgspec.convert(fields, _Case)
    scene = Scene(case.params)
    moments = accumulate((event.t_ms for event in case.events), max)
    return [scene.verdict(event, at) for event, at in zip(case.events, moments, strict=True)]


def unsupported_in(fields: Mapping[str, object]) -> list[str]:
    """The measures of a scenario, by `group.name`, that are not known or not done as it asks."""
    params = fields.get("params")
    if not isinstance(params, Mapping):
        return []
    known = {one.name: one.type for one in msgspec.structs.fields(Params)}
    told = {str(group) for group in params if group not in known}
    for group, kind in known.items():
        named = params.get(group)
        if isinstance(named, Mapping):
            told |= {f"{group}.{name}" for name in named if name not in kind.__struct_fields__}
    near = params.get("near")
    if isinstance(near, Mapping) and near.get("ngram", NGRAM) != NGRAM:
        told.add("near.ngram")
    return sorted(told)


def _ms(seconds: float) -> int:
    return round(seconds * MS_PER_S)
