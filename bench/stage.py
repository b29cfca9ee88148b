"""Everything that can be made to happen to a run, and what came of it."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from time import monotonic_ns

import msgspec
import numpy as np
from numpy.typing import NDArray

from bench.acts import Ears, Felts, Person
from bench.audience import Audience
from bench.crowd import Crowd
from bench.past import Past
from bench.seating import Place, Return
from bench.senders import Senders


class Span(msgspec.Struct, frozen=True):
    """One piece of work, while it lasted.

    Attributes:
        from_ns, until_ns: On the monotonic clock.
        amount: Comments that were looked through, or measures that were taken.
        took_ns: From the first of them on.
        cpu_ns: Processor time of other processes that did it for the server.
        begin_ns: What of `cpu_ns` they took before they had looked at anything.
    """

    from_ns: int
    until_ns: int
    amount: int
    took_ns: int = 0
    cpu_ns: int = 0
    begin_ns: int = 0


@dataclass(slots=True)
class Stage:
    """See the module.

    Attributes:
        addresses: Of all servers.
        desk: The operator's socket at the first one.
        pid: Process of the first one.
        moderator: Token of an account that may recall and restore in the first room.
        attackers: Tokens of the accounts that flood.
        subjects: Whom acts are about.
        ears: Hear what those feel.
        felts: When each of them, and everybody else, felt what.
        places: Of all viewers, by number.
        standing: How many of them are there from the beginning.
        returns: With what each viewer came back.
        disturbed: By viewer: whether it was made to miss anything.
        let_go: By viewer: whether the server is to end its connection.
        recalls_ns: Planned moment of each recall, by its seq in the first room.
        thrown_out: How attackers' sockets ended, and how often.
        counts: How often what was done.
        took_s: How long what took.
        past: What the record of the first server held already.
        spans: When the past was worked over, by how.
        wrongs: What should not have been.
    """

    addresses: Sequence[str]
    desk: str
    pid: int
    moderator: str
    attackers: Sequence[str]
    subjects: Sequence[Person]
    rooms: Sequence[str]
    places: Sequence[Place]
    standing: int
    audience: Audience
    crowd: Crowd
    honest: Senders
    attack: Senders
    random: Random
    ears: Ears
    felts: Felts
    returns: defaultdict[int, list[Return]] = field(default_factory=lambda: defaultdict(list))
    disturbed: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    let_go: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    recalls_ns: dict[int, int] = field(default_factory=dict)
    thrown_out: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    took_s: dict[str, float] = field(default_factory=dict)
    wrongs: list[str] = field(default_factory=list)
    past: Past | None = None
    spans: dict[str, Span] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nobody is disturbed yet."""
        self.disturbed = np.zeros(len(self.places), np.bool_)
        self.let_go = np.zeros(len(self.places), np.bool_)

    @property
    def address(self) -> str:
        """Of the first server."""
        return self.addresses[0]

    def first(self, share: float) -> int:
        """How many of those who were there from the beginning a share is."""
        return max(1, round(share * self.standing))


async def until(at_ns: int) -> None:
    """Sleep up to a moment on the monotonic clock; one that is over is not waited for."""
    await asyncio.sleep(max(0, at_ns - monotonic_ns()) / 1e9)


async def repeat(
    act: Callable[[int], Awaitable[None]], per_s: float, from_ns: int, until_ns: int
) -> None:
    """Do something at an even pace; it is told when it was due."""
    step_ns = round(1e9 / per_s)
    for due_ns in range(from_ns, until_ns, step_ns):
        await until(due_ns)
        await act(due_ns)
