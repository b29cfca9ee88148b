"""An open loop of senders: comments leave when the plan says, whatever the server does meanwhile.

A closed loop would send less when the server is slow and so measure least where it matters most.
Latency counts from the *planned* moment, so a driver that is late accuses the run, not hides it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from time import monotonic_ns
from typing import cast

from bench.checker import Fields, Send
from bench.client import answer_of
from bench.crowd import Seat

ANSWERS = frozenset({"published", "held", "refused"})
POSITION_MS_MAX = 90_000


@dataclass(frozen=True, slots=True)
class Planned:
    """One comment that is to be sent."""

    after_ns: int  # since the load began
    sender: int
    client_id: str
    text: str


def plan_of(
    random: Random, *, per_s: float, seconds: float, senders: int, text: str
) -> list[Planned]:
    """Comments at random moments (Poisson), one after the other among the senders.

    Args:
        random: Seeded; one seed gives one plan.
        per_s: Comments a second on the mean.
        seconds: Length of the plan.
        senders: How many take turns.
        text: `{}` becomes the comment's own number.
    """
    planned: list[Planned] = []
    at_s = random.expovariate(per_s)
    while at_s < seconds:
        n = len(planned)
        planned.append(Planned(int(at_s * 1e9), n % senders, f"b-{n}", text.format(n)))
        at_s += random.expovariate(per_s)
    return planned


class Senders:
    """Sends a plan and keeps what came back.

    Attributes:
        sends: By client id.
        due_ns: Planned moment of each text, on the monotonic clock.
    """

    def __init__(self) -> None:
        self.sends: dict[str, Send] = {}
        self.due_ns: dict[str, int] = {}

    @property
    def answered_count(self) -> int:
        """Sends that have an answer."""
        return sum(1 for send in self.sends.values() if send.answers)

    @property
    def top(self) -> int:
        """Highest seq that any sender was told."""
        seqs = (answer.seq or 0 for send in self.sends.values() for answer in send.answers)
        return max(seqs, default=0)

    async def run(self, planned: Sequence[Planned], seats: Sequence[Seat]) -> None:
        """Send the plan; return when the last comment has left."""
        began_ns = monotonic_ns()
        for item in planned:
            due_ns = began_ns + item.after_ns
            if (ahead_ns := due_ns - monotonic_ns()) > 0:
                await asyncio.sleep(ahead_ns / 1e9)
            self.due_ns[item.text] = due_ns
            self.sends[item.client_id] = Send(item.client_id, item.text, monotonic_ns())
            position_ms = item.after_ns // 1_000_000 % POSITION_MS_MAX
            seats[item.sender].say(
                {"op": "send", "id": item.client_id, "text": item.text, "position_ms": position_ms}
            )

    def hear(self, _seat: Seat, message: Fields) -> None:
        """Take an answer to one of the sends; other messages are nobody's here."""
        if message["op"] in ANSWERS and (send := self.sends.get(cast("str", message["id"]))):
            send.answers.append(answer_of(message, monotonic_ns()))
