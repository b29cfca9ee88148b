"""The two plans of docs/scale.md, tried: figures, curves, and what must hold."""

from bench.outcome import Curve, Environment, Figure, Outcome
from bench.plan import fanout, rooms, storm
from bench.plan.costs import Costs

MILLION, TEN_MILLIONS = 1_000_000, 10_000_000
SECONDS = 20.0
P99_MS_GOAL = 250.0
LOAD_GOAL = 1 - rooms.KEPT_FREE
BACK_S_GOAL = 60.0
ROOM_COMMENTS_PER_S = 200.0  # more fly past unread; density and slow mode keep a room below it
NODE_VIEWERS = (1000, 2000, 3000, 4000, 5000, 6000)
CHOSEN_NODE_VIEWERS = 4000
RELAY_NODES = 32
NODES = tuple(range(250, 20_001, 250))
TOWN = rooms.Town(TEN_MILLIONS, 100_000, 0.005, ROOM_COMMENTS_PER_S)


def million(costs: Costs, where: Environment, *, seed: int) -> Outcome:
    """A million viewers in one room: by viewers on a node, with relays and without."""
    curves: dict[str, Curve] = {}
    for name, relay_nodes in (("relays", RELAY_NODES), ("no relays", 0)):
        tried = [(each, _room(each, relay_nodes, costs, seed=seed)) for each in NODE_VIEWERS]
        for what, share in (("p50", 0.5), ("p99", 0.99)):
            points = [(float(each), seen.percentile(share)) for each, seen in tried]
            curves[f"{what}, {name}"] = Curve("viewers on a node", "ms to all", points)
        if relay_nodes:
            loads = [(float(each), seen.node_load) for each, seen in tried]
            curves["load of a node"] = Curve("viewers on a node", "of a core", loads)
    crowd = _crowd(CHOSEN_NODE_VIEWERS, RELAY_NODES)
    chosen = fanout.simulated(crowd, costs, seconds=SECONDS, seed=seed)
    figures = {
        "nodes": Figure([crowd.nodes], "count"),
        "relays of the bus": Figure([crowd.relays], "count"),
        "p50": Figure([chosen.percentile(0.5)], "ms"),
        "p99": Figure([chosen.percentile(0.99)], "ms", goal=P99_MS_GOAL),
        "a node's core": Figure([chosen.node_load], "share", goal=LOAD_GOAL),
        "the bus's core": Figure([chosen.bus_load], "share", goal=LOAD_GOAL),
        "the room's row": Figure([chosen.record_load], "share", goal=1.0),
        "frames a viewer gets": Figure([chosen.frames_per_s], "1/s"),
        "a node sends": Figure([chosen.node_mbit_per_s], "Mbit/s"),
    }
    return _outcome("plan_million", "A million viewers in one room", where, seed, figures, curves)


def town(costs: Costs, where: Environment, *, seed: int) -> Outcome:
    """Ten million viewers over a hundred thousand rooms: led by the room, and spread evenly."""
    curves: dict[str, Curve] = {}
    figures: dict[str, Figure] = {}
    for name, led in (("led by the room", True), ("spread evenly", False)):
        points = [
            (float(nodes), rooms.share(TOWN, costs, nodes=nodes, led_by_room=led).load)
            for nodes in NODES[3::4]
        ]
        curves[name] = Curve("nodes", "load of a node, of a core", points)
    led_nodes = rooms.nodes_needed(TOWN, costs, led_by_room=True, candidates=NODES)
    share = rooms.share(TOWN, costs, nodes=led_nodes, led_by_room=True)
    even = rooms.share(TOWN, costs, nodes=led_nodes, led_by_room=False)
    figures |= {
        "nodes, led by the room": Figure([led_nodes], "count"),
        "viewers on a node": Figure([TOWN.viewers / led_nodes], "count"),
        "a node's core": Figure([share.load], "share", goal=LOAD_GOAL),
        "of it hearing others": Figure([share.hearing], "share"),
        "rooms on a node": Figure([share.rooms], "count"),
        "the bus hands out": Figure([share.bus_per_s], "1/s"),
        "the same nodes, spread evenly": Figure([even.load], "share"),
        "of it hearing others, evenly": Figure([even.hearing], "share"),
        "the bus hands out, evenly": Figure([even.bus_per_s], "1/s"),
    }
    title = "Ten million viewers over a hundred thousand rooms"
    return _outcome("plan_rooms", title, where, seed, figures, curves)


def storms(costs: Costs, where: Environment, *, seed: int) -> Outcome:
    """One node of ten goes: told to go in a window, or killed; and everybody comes at once."""
    lost = CHOSEN_NODE_VIEWERS // 9
    kinds = {
        "a goodbye over 20 s": storm.Storm(CHOSEN_NODE_VIEWERS, lost, 20, 500, 20),
        "a crash of one in ten": storm.Storm(CHOSEN_NODE_VIEWERS, lost, 0, 500, 20),
        "all nodes at once": storm.Storm(0, CHOSEN_NODE_VIEWERS, 0, 500, 20),
        "all nodes, no limit at the door": storm.Storm(0, CHOSEN_NODE_VIEWERS, 0, 1e9, 20),
    }
    curves: dict[str, Curve] = {}
    figures: dict[str, Figure] = {}
    for name, kind in kinds.items():
        course = storm.simulated(kind, costs, seed=seed)
        curves[name] = Curve("seconds", "back, of those who lost their node", course.back)
        figures |= {
            f"{name} / all are back": Figure([course.back_s], "s", goal=BACK_S_GOAL),
            f"{name} / more asked than a core gives": Figure([course.overload_s], "s"),
            f"{name} / turned away": Figure([course.turned_away], "count"),
        }
    return _outcome(
        "plan_storm", "A node goes, and its viewers come back", where, seed, figures, curves
    )


PLANS = (million, town, storms)


def _room(node_viewers: int, relay_nodes: int, costs: Costs, *, seed: int) -> fanout.Seen:
    return fanout.simulated(_crowd(node_viewers, relay_nodes), costs, seconds=SECONDS, seed=seed)


def _crowd(node_viewers: int, relay_nodes: int) -> fanout.Crowd:
    return fanout.Crowd(MILLION, ROOM_COMMENTS_PER_S, node_viewers, relay_nodes)


def _outcome(
    name: str,
    title: str,
    where: Environment,
    seed: int,
    figures: dict[str, Figure],
    curves: dict[str, Curve],
) -> Outcome:
    return Outcome(
        kind="plan",
        name=name,
        title=title,
        environment=where,
        seed=seed,
        figures=figures,
        curves=curves,
        notes=["A simulation: its costs were measured, its crowd was not."],
    )
