"""Who sits where: the viewers of a scenario by number, and how each of them knocks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, cycle
from os import urandom

from bench.audience import Knock
from bench.frames import client_frame, upgrade_request
from bench.messages import KINDS, Kind
from bench.scenario import Join, Scenario
from danmaku.conformance.encodings import encoded


@dataclass(frozen=True, slots=True)
class Place:
    """One viewer's kind and room."""

    kind: Kind
    room: str


@dataclass(frozen=True, slots=True)
class Return:
    """What a viewer says who was here before.

    Attributes:
        since: Its position.
        epoch: What that counts in.
    """

    since: int
    epoch: str


def rooms_of(count: int) -> list[str]:
    """Names for that many rooms."""
    return [f"bench{n}" for n in range(count)]


def places_of(scenario: Scenario) -> list[Place]:
    """Everybody in the order of their numbers: those of the beginning, then those who join later.

    Kinds alternate, so that any first part of them is mixed like the whole.
    """
    parties = [scenario.viewers, *(e.viewers for e in scenario.events if isinstance(e, Join))]
    kinds = chain.from_iterable(_mixed(party) for party in parties)
    rooms = rooms_of(scenario.rooms)
    return [Place(KINDS[kind], rooms[n % len(rooms)]) for n, kind in enumerate(kinds)]


def room_of_sender(scenario: Scenario, sender: int) -> str:
    """Where a sender sits; with fewer senders than rooms some rooms stay silent."""
    return f"bench{sender * scenario.rooms // scenario.senders % scenario.rooms}"


def knock_of(address: str, place: Place, back: Return | None = None) -> Knock:
    """How a guest asks to be let in."""
    host, _, port = address.rpartition(":")
    request = upgrade_request(
        f"/rooms/{place.room}/live",
        host=address,
        key=urandom(16),
        subprotocol=place.kind.dialect,
        deflate=place.kind.deflate,
    )
    hello: dict[str, object] = {"op": "hello"}
    if back is not None:
        hello |= {"since": back.since, "epoch": back.epoch}
    greeting = client_frame(*encoded(place.kind.dialect, hello))
    return Knock(host, int(port), request, greeting)


def knocks_of(
    addresses: Sequence[str], places: Iterable[Place], returns: Sequence[Return] = ()
) -> list[Knock]:
    """The same for many, at each server in turn; `returns` is empty or has one for each."""
    doors = cycle(addresses)
    if not returns:
        return [knock_of(next(doors), place) for place in places]
    return [knock_of(next(doors), *both) for both in zip(places, returns, strict=True)]


def _mixed(viewers: dict[str, int]) -> list[str]:
    """Each kind spread evenly over the whole."""
    ranked = [((n + 0.5) / count, kind) for kind, count in viewers.items() for n in range(count)]
    return [kind for _, kind in sorted(ranked)]
