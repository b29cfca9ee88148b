"""One batch's whole way out to viewers of several protocols, beside the same to viewers of one.

What it shows: each protocol is written, wrapped and framed once, so that a viewer more of it costs
one write, as in a room of one protocol.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from bench.micro.clock import ROUNDS, without_collector
from bench.micro.codecs import OBJECTS
from bench.micro.samples import views
from bench.micro.writes import Pair, one_round, room_of
from bench.outcome import Figure
from danmaku.domain.ids import RoomId, RoomNumber, Seq
from danmaku.domain.room import RoomState
from danmaku.domain.views import View
from danmaku.gateway.dialects.bilibili import BilibiliDialect, Chronicle, Version
from danmaku.gateway.dialects.centrifugo import CentrifugoDialect
from danmaku.gateway.dialects.danmaku_v1 import dialects
from danmaku.gateway.dialects.outward import Op, Outward, frame_in

VIEWERS = 2000
COMMENTS = 20
RATIO_MAX = 1.15
WARM_UP = 2
_ROOM = RoomId("demo")

Share = tuple[Outward, Sequence[Pair]]


def figures(seed: int) -> dict[str, Figure]:
    """Microseconds a delivery in a room of one and of four, and their ratio in each round."""
    said = views(COMMENTS, seed=seed)
    with _shared(VIEWERS) as (pairs, alone, mixed), without_collector():
        works = {"one": partial(_send, said, alone), "four": partial(_send, said, mixed)}
        rounds = [one_round(works, pairs) for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
    a_delivery = {name: [each[name] / VIEWERS for each in rounds] for name in works}
    ratios = [f / o for f, o in zip(a_delivery["four"], a_delivery["one"], strict=True)]
    way = f"{COMMENTS} to {VIEWERS:,} viewers"
    return {
        f"{way} / of {name}, a delivery": Figure(values, "us")
        for name, values in a_delivery.items()
    } | {f"{way} / of four protocols to of one": Figure(ratios, "ratio", goal=RATIO_MAX)}


@contextmanager
def _shared(viewers: int) -> Iterator[tuple[list[Pair], list[Share], list[Share]]]:
    spoken = dialects()
    chronicle = Chronicle(_ROOM, RoomNumber(1), RoomState(title="A room"))
    chat = BilibiliDialect(
        _ROOM, Version.ZLIB, is_bare=False, tells_recalls=False, chronicle=chronicle
    )
    own = spoken[OBJECTS]
    four: tuple[Outward, ...] = (
        own,
        spoken["danmaku.v1.msgpack"],
        chat,
        CentrifugoDialect(_ROOM),
    )
    with room_of(viewers) as pairs:
        yield pairs, [(own, pairs)], [(one, pairs[n :: len(four)]) for n, one in enumerate(four)]


def _send(said: Sequence[View], shares: Sequence[Share]) -> None:
    for dialect, pairs in shares:
        parts = [dialect.part(view) for view in said]
        payload = dialect.batch(Op.ENTRIES, Seq(0), Seq(len(parts)), parts)
        frame = frame_in(dialect, payload, deflate=False)
        for near, _far in pairs:
            near.send(frame)
