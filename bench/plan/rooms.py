"""Many rooms over many nodes: what each node has to hear, by how viewers are spread.

A node that has one viewer of a room follows that room whole. Spread evenly, the viewers of a small
room sit on as many nodes as there are of them, and every node ends up hearing every room. Led by
the room's name, a small room is on one node, and only rooms too large for one are on several.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.plan.costs import Costs

KEPT_FREE = 0.4  # of a core: for bursts, storms and a neighbour that failed


@dataclass(frozen=True, slots=True)
class Town:
    """All rooms of a site.

    Attributes:
        viewers: In all rooms together.
        rooms: The n-th largest has 1/n of the viewers of the largest (Zipf).
        comments_per_viewer_s: Each viewer sends so many, where the room takes them.
        room_comments_per_s_max: A room takes no more: slow mode, or nobody could read it.
    """

    viewers: int
    rooms: int
    comments_per_viewer_s: float
    room_comments_per_s_max: float

    def sizes(self) -> list[float]:
        """Viewers of each room, the largest first."""
        whole = sum(1 / n for n in range(1, self.rooms + 1))
        return [self.viewers / whole / n for n in range(1, self.rooms + 1)]

    def comments_per_s(self, size: float) -> float:
        """Of a room with so many viewers."""
        return min(self.room_comments_per_s_max, size * self.comments_per_viewer_s)


@dataclass(frozen=True, slots=True)
class Share:
    """What falls on one node.

    Attributes:
        nodes: How many there are.
        writing: Of a core, for frames to viewers.
        hearing: Of a core, for entries of other nodes' comments.
        deciding: Of a core, for the comments it takes itself.
        rooms: That it follows.
        bus_per_s: Messages that the bus hands out, to all nodes together.
    """

    nodes: int
    writing: float
    hearing: float
    deciding: float
    rooms: float
    bus_per_s: float

    @property
    def load(self) -> float:
        """Of a core."""
        return self.writing + self.hearing + self.deciding


def share(town: Town, costs: Costs, *, nodes: int, led_by_room: bool) -> Share:
    """What falls on each of so many nodes."""
    sizes = town.sizes()
    writing = hearing = deciding = followed = bus = 0.0
    for size in sizes:
        rate = town.comments_per_s(size)
        on = _nodes_of(size, town.viewers / nodes, nodes, led_by_room=led_by_room)
        frames = min(rate, 1000 / costs.gather_ms_max)
        writing += size * frames * costs.send_us
        hearing += rate * max(0.0, on - 1) * costs.follow_us
        deciding += rate * costs.comment_us
        followed += on
        bus += rate * on
    per_node = 1e6 * nodes
    return Share(
        nodes, writing / per_node, hearing / per_node, deciding / per_node, followed / nodes, bus
    )


def nodes_needed(town: Town, costs: Costs, *, led_by_room: bool, candidates: Sequence[int]) -> int:
    """The fewest of the candidates that keep enough of each core free.

    Raises:
        ValueError: None of them does.
    """
    for nodes in sorted(candidates):
        if share(town, costs, nodes=nodes, led_by_room=led_by_room).load <= 1 - KEPT_FREE:
            return nodes
    raise ValueError(f"{max(candidates)} nodes are too few.")


def _nodes_of(size: float, node_viewers: float, nodes: int, *, led_by_room: bool) -> float:
    """On how many nodes a room of this size has viewers, on average."""
    if led_by_room:
        return min(nodes, max(1, math.ceil(size / node_viewers)))
    return nodes * (1 - math.pow(1 - 1 / nodes, size))
