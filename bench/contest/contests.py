"""Which contests there are: the short ones of `make bench`, the long ones of `bench peers`."""

from dataclasses import replace

from bench.contest.contestant import Contestant
from bench.contest.figures import (
    DELIVERIES,
    HANDSHAKE,
    MEMORY,
    P50,
    P99,
    PER_DELIVERY,
    PER_FRAME,
    TIMES_C,
    Contest,
    Goal,
)
from bench.contest.ours import OURS, OURS_AT_ONCE, OURS_DEFLATED
from bench.contest.peers import NATS, PEERS, SOCKETIFY, WEBSOCKETS
from bench.contest.plain import plain_loop, plain_loop_batching, plain_loop_gathering
from bench.contest.rounds import Field
from bench.contest.workload import Workload, among_rooms, beat, silence, window

_NAMES = frozenset({OURS.name, OURS_AT_ONCE.name, OURS_DEFLATED.name})
_SIZES = (100, 300, 3000, 10_000, 15_000)
_ROOMS = (100, 1000, 10_000)
_DELIVERIES_PER_S = 50_000
_SHORT_S = 2.5
_FEW = 16


def quick() -> list[Contest]:
    """Ours, the plain loop, and the library that ours is built on: about five minutes.

    Raises:
        NoCompilerError: There is no C compiler, and so no yardstick.
    """
    contests = [
        uncoalesced(1000, 50, WEBSOCKETS),
        coalesced(),
        saturated(64, WEBSOCKETS),
    ]
    return [
        replace(contest, workload=replace(contest.workload, seconds=_SHORT_S, warm_s=1.0))
        for contest in contests
    ]


def full() -> list[Contest]:
    """Everybody under every workload, about an hour with five rounds; raises as `quick`."""
    return [
        uncoalesced(1000, 50, *PEERS),
        uncoalesced(5000, 10, *PEERS),
        coalesced(),
        quiet(),
        saturated(8, *PEERS),
        saturated(64, NATS, SOCKETIFY),
        saturated(256, NATS),
        replace(idle(5000, *PEERS), rounds_share=0.6),
        *(replace(point, rounds_share=0.4) for point in _points()),
    ]


def _points() -> list[Contest]:
    """Of the curves over viewers and rooms; 1,000 and 5,000 viewers in one room are known."""
    sizes = [uncoalesced(size, round(_DELIVERIES_PER_S / size, 2)) for size in _SIZES]
    return [*sizes, *(_ours(among_rooms(rooms)) for rooms in _ROOMS), idle(15_000)]


def uncoalesced(viewers: int, per_s: float, *peers: Contestant) -> Contest:
    """A write for each message and viewer."""
    contest = _ours(beat(viewers, per_s), *peers)
    goals = [Goal(OURS_AT_ONCE.name, PER_DELIVERY, 1.0, peer.name) for peer in peers]
    return replace(contest, goals=[*contest.goals, *goals])


def coalesced() -> Contest:
    """100 messages a second: our server gathers, and so does the loop it is held against.

    The two do not gather for quite the same time, so what a frame costs is compared: to the plain
    loop it hardly matters how many messages share one.
    """
    gathering, name = plain_loop_gathering(), OURS.name
    return Contest(
        workload=beat(1000, 100),
        field=Field(plain_loop(), [OURS, OURS_AT_ONCE, OURS_DEFLATED, gathering]),
        goals=[
            Goal(name, PER_DELIVERY, 0.25, OURS_AT_ONCE.name),
            Goal(name, PER_FRAME, 1.2, gathering.name),
            Goal(OURS_DEFLATED.name, PER_FRAME, 1.1, name),
            Goal(name, P50, 45),
            Goal(name, P99, 90),
        ],
        ours=_NAMES,
    )


def quiet() -> Contest:
    """10 messages a second: nothing is pending, so nothing is waited for but the commit."""
    plain = plain_loop()
    return Contest(
        workload=beat(1000, 10),
        field=Field(plain, [OURS]),
        goals=[Goal(OURS.name, P50, 1.4, plain.name)],
        ours=_NAMES,
    )


def saturated(in_flight: int, *peers: Contestant) -> Contest:
    """As fast as it goes, with so many messages under way.

    A few under way are all in one batch before a room has gathered for long, so that waiting, not
    work, would be measured: then the room that never gathers is held to the goals.
    """
    plain, name = plain_loop(), OURS.name if in_flight > _FEW else OURS_AT_ONCE.name
    aims = {SOCKETIFY.name: 0.9}
    return Contest(
        workload=window(1000, in_flight),
        field=Field(plain, [OURS, OURS_AT_ONCE, plain_loop_batching(), *peers]),
        goals=[
            Goal(name, DELIVERIES, 4.0, plain.name),
            *(Goal(name, DELIVERIES, aims.get(peer.name, 1.0), peer.name) for peer in peers),
        ],
        ours=_NAMES,
    )


def idle(viewers: int, *peers: Contestant) -> Contest:
    """Coming and staying: what a handshake and a viewer cost."""
    held_against = [Goal(OURS.name, HANDSHAKE, 0.8, WEBSOCKETS.name)] if peers else []
    return Contest(
        workload=silence(viewers),
        field=Field(plain_loop(), [OURS, OURS_DEFLATED, *peers]),
        goals=[Goal(OURS.name, MEMORY, 10), *held_against],
        ours=_NAMES,
    )


def _ours(workload: Workload, *peers: Contestant) -> Contest:
    return Contest(
        workload=workload,
        field=Field(plain_loop(), [OURS_AT_ONCE, *peers]),
        goals=[Goal(OURS_AT_ONCE.name, TIMES_C, 1.25)],
        ours=_NAMES,
    )
