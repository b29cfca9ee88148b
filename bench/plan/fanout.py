"""One room over many nodes: when does which viewer see a comment?

    senders -> the room's row in the record -> bus -> relays -> nodes -> viewers

Each stage is one server with a queue. The record takes one group at a time, since the room's row
is locked by whoever commits. The bus and each relay hand a message to one subscriber after the
other. A node gathers as `gateway/room_hub.py` does, and writes to one viewer after the other.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from bench.plan.costs import Costs

SAMPLED_NODES = 32  # of all, spread evenly: nodes differ by their place in the bus's order alone
SAMPLED_VIEWERS = 16  # of each node, spread evenly over the order of writing


@dataclass(frozen=True, slots=True)
class Crowd:
    """What is asked of the plan.

    Attributes:
        viewers: In one room.
        comments_per_s: That pass the filter.
        node_viewers: On each node.
        relay_nodes: Nodes that one relay of the bus serves; 0: no relays, all hang on the bus.
    """

    viewers: int
    comments_per_s: float
    node_viewers: int
    relay_nodes: int = 0

    @property
    def nodes(self) -> int:
        """How many it takes."""
        return math.ceil(self.viewers / self.node_viewers)

    @property
    def relays(self) -> int:
        """Copies of the bus between it and the nodes."""
        return math.ceil(self.nodes / self.relay_nodes) if self.relay_nodes else 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it.

    Attributes:
        delays_ms: From sending to seeing, sampled; sorted.
        node_load: Share of a core that a node is busy.
        bus_load: Share of a core of the busiest part of the bus.
        record_load: Share of the time in which the room's row is locked.
        frames_per_s: That a viewer gets.
        node_mbit_per_s: What leaves a node, not compressed.
    """

    delays_ms: Sequence[float]
    node_load: float
    bus_load: float
    record_load: float
    frames_per_s: float
    node_mbit_per_s: float

    def percentile(self, share: float) -> float:
        """The delay that this share of all sights stays below, milliseconds."""
        return self.delays_ms[min(len(self.delays_ms) - 1, int(share * len(self.delays_ms)))]


@dataclass(frozen=True, slots=True)
class _Group:
    """Comments that one commit wrote."""

    sent_ms: list[float]
    committed_ms: float


def simulated(crowd: Crowd, costs: Costs, *, seconds: float, seed: int) -> Seen:
    """Let the room talk for a while.

    Args:
        crowd: Who is there.
        costs: What each step takes.
        seconds: Of the room's time; the first tenth is not counted.
        seed: Of the moments at which comments are sent (Poisson).
    """
    groups = list(_committed(_moments(crowd.comments_per_s, seconds, Random(seed)), costs))
    bus_us = (crowd.relays or crowd.nodes) * costs.publish_us
    relay_us = crowd.relay_nodes * costs.publish_us
    delays_ms: list[float] = []
    busy_ms, frames = 0.0, 0
    places = sorted({n * crowd.nodes // SAMPLED_NODES for n in range(SAMPLED_NODES)})
    for place in places:
        arrivals = list(_carried(groups, crowd, costs, place))
        node = _Node(crowd.node_viewers, costs)
        for group, at_ms in zip(groups, arrivals, strict=True):
            node.hear(group.sent_ms, at_ms)
        node.finish()
        busy_ms += node.busy_ms
        frames += node.frames
        delays_ms += node.delays_ms(from_ms=seconds * 100)
    delays_ms.sort()
    span_ms = seconds * 1000
    of_bus = len(groups) * max(bus_us, relay_us) / 1000 / span_ms
    return Seen(
        delays_ms=delays_ms,
        node_load=busy_ms / len(places) / span_ms,
        bus_load=of_bus,
        record_load=len(groups) * costs.commit_ms / span_ms,
        frames_per_s=frames / len(places) / seconds,
        node_mbit_per_s=crowd.comments_per_s * costs.entry_bytes * 8 * crowd.node_viewers / 1e6,
    )


def _moments(per_s: float, seconds: float, chance: Random) -> Iterator[float]:
    at_ms = 0.0
    while (at_ms := at_ms + chance.expovariate(per_s) * 1000) < seconds * 1000:
        yield at_ms


def _committed(sent_ms: Iterator[float], costs: Costs) -> Iterator[_Group]:
    """What waits when a commit ends is the next one; nodes take the room's row in turn."""
    decide_ms = costs.comment_us / 1000
    waiting: list[float] = []
    free_ms = begins_ms = 0.0
    for at_ms in sent_ms:
        if waiting and at_ms + decide_ms > begins_ms:
            free_ms = begins_ms + costs.commit_ms
            yield _Group(waiting, free_ms)
            waiting = []
        if not waiting:
            begins_ms = max(free_ms, at_ms + decide_ms)
        waiting.append(at_ms)
    if waiting:
        yield _Group(waiting, begins_ms + costs.commit_ms)


def _carried(groups: Sequence[_Group], crowd: Crowd, costs: Costs, place: int) -> Iterator[float]:
    """When the node at this place in the bus's order hears of each group."""
    publish_ms = costs.publish_us / 1000
    first = place if not crowd.relay_nodes else place // crowd.relay_nodes
    width = crowd.relays or crowd.nodes
    bus_free_ms = relay_free_ms = 0.0
    for group in groups:
        begins_ms = max(bus_free_ms, group.committed_ms + costs.hop_ms)
        bus_free_ms = begins_ms + width * publish_ms
        at_ms = begins_ms + (first + 1) * publish_ms + costs.hop_ms
        if crowd.relay_nodes:
            begins_ms = max(relay_free_ms, at_ms)
            relay_free_ms = begins_ms + crowd.relay_nodes * publish_ms
            at_ms = begins_ms + (place % crowd.relay_nodes + 1) * publish_ms + costs.hop_ms
        yield at_ms


class _Node:
    """One gateway: gathers, then writes to one viewer after the other."""

    def __init__(self, viewers: int, costs: Costs) -> None:
        self._costs = costs
        self._flight_ms = max(costs.flight_ms, viewers * costs.send_us / 1000)
        self._gather_ms = min(costs.gather_ms_max, costs.gather_flights * self._flight_ms)
        self._pending: list[tuple[float, float]] = []  # sent, heard
        self._free_ms = 0.0
        self._flushed_ms = float("-inf")
        self._flights: list[tuple[float, list[float]]] = []  # when it began, what it carried
        self.busy_ms = 0.0

    @property
    def frames(self) -> int:
        """That each viewer got."""
        return len(self._flights)

    def hear(self, sent_ms: Sequence[float], at_ms: float) -> None:
        """Take a group that the bus brings; what was due before goes out first."""
        self._fly_before(at_ms)
        self.busy_ms += len(sent_ms) * self._costs.follow_us / 1000
        self._pending += [(sent, at_ms) for sent in sent_ms]

    def finish(self) -> None:
        """Write what is left."""
        self._fly_before(float("inf"))

    def delays_ms(self, *, from_ms: float) -> Iterator[float]:
        """From sending to seeing, for some of the viewers; of what was sent since then."""
        step_ms = self._flight_ms / SAMPLED_VIEWERS
        for began_ms, carried in self._flights:
            for sent_ms in carried:
                if sent_ms >= from_ms:
                    for n in range(SAMPLED_VIEWERS):
                        yield began_ms + (n + 0.5) * step_ms + self._costs.hop_ms - sent_ms

    def _fly_before(self, now_ms: float) -> None:
        while self._pending:
            first_ms = self._pending[0][1]
            begins_ms = max(first_ms, self._free_ms, self._flushed_ms + self._gather_ms)
            begins_ms += self._costs.turn_ms
            if begins_ms > now_ms:
                return
            ripe = [sent for sent, heard in self._pending if heard <= begins_ms]
            self._pending = self._pending[len(ripe) :]
            self._flights.append((begins_ms, ripe))
            self._flushed_ms = begins_ms
            self._free_ms = begins_ms + self._flight_ms
            self.busy_ms += self._flight_ms
