"""Those who send: an open loop that keeps to its plan, and a closed one that keeps a window full.

An open loop sends whatever the server does meanwhile; one that waited for answers would send less
when the server is slow, and so measure least where it matters most. Latency counts from the
*planned* moment, so a driver that is late accuses the run, not hides it. The closed loop is for the
one question of how much the server can take.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from time import monotonic_ns
from typing import cast

from bench.checker import Answer, Batch, Fields, Send
from bench.client import answer_of
from bench.crowd import Seat

ANSWERS = frozenset({"published", "held", "refused"})
POSITION_MS_MAX = 90_000
_HASTE = 32  # comments that leave one after the other when they are late


@dataclass(frozen=True, slots=True)
class Pace:
    """So many comments a second, for so long."""

    per_s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Planned:
    """One comment that is to be sent.

    Attributes:
        after_ns: Since the plan began.
    """

    after_ns: int
    sender: int
    number: int


def plan_of(random: Random, paces: Sequence[Pace], *, senders: int) -> list[Planned]:
    """Comments at random moments (Poisson), one after the other among the senders.

    Args:
        random: Seeded; one seed gives one plan.
        paces: One after the other.
        senders: How many take turns.
    """
    return [
        Planned(int(at_s * 1e9), n % senders, n) for n, at_s in enumerate(_moments(random, paces))
    ]


def _moments(random: Random, paces: Sequence[Pace]) -> Iterator[float]:
    began_s = 0.0
    for pace in paces:
        at_s = began_s + random.expovariate(pace.per_s)
        began_s += pace.seconds
        while at_s < began_s:
            yield at_s
            at_s += random.expovariate(pace.per_s)


class Senders:
    """Sends, and keeps what came back.

    Args:
        party: Begins every client id.
        text: What comments say; `{}` becomes their number.

    Attributes:
        sends: By client id.
        due_ns: Planned moment of each text, on the monotonic clock.
        answered_count: Sends that have an answer.
        tops: Highest seq that any sender was told, by room.
    """

    def __init__(self, party: str, text: str) -> None:
        self.sends: dict[str, Send] = {}
        self.due_ns: dict[str, int] = {}
        self.answered_count = 0
        self.tops: defaultdict[str, int] = defaultdict(int)
        self._party = party
        self._text = text
        self._seats: dict[str, Seat] = {}  # who sent it
        self._numbers = count()
        self._full_until_ns = 0
        self._awaited: dict[str, Seat] = {}  # texts of the window, and who waits for them

    def by_room(self) -> dict[str, list[Send]]:
        """What was sent, by where."""
        rooms: defaultdict[str, list[Send]] = defaultdict(list)
        for client_id, send in self.sends.items():
            rooms[self._seats[client_id].door.room].append(send)
        return rooms

    async def run(self, planned: Sequence[Planned], seats: Sequence[Seat], began_ns: int) -> None:
        """Send the plan; return when the last comment has left.

        Args:
            planned: What.
            seats: Of the senders, in the plan's order.
            began_ns: When the plan begins or began, on the monotonic clock.
        """
        for n, item in enumerate(planned):
            due_ns = began_ns + item.after_ns
            if (ahead_ns := due_ns - monotonic_ns()) > 0:
                await asyncio.sleep(ahead_ns / 1e9)
            elif n % _HASTE == 0:
                await asyncio.sleep(0)  # answers are heard even by who is late
            self.send(seats[item.sender], due_ns)

    async def fill(self, seats: Sequence[Seat], *, in_flight: int, until_ns: int) -> None:
        """Keep that many comments on their way; each is followed when its sender sees it."""
        self._full_until_ns = until_ns
        for n in range(in_flight):
            seat = seats[n % len(seats)]
            self._awaited[self.send(seat, monotonic_ns())] = seat
        await asyncio.sleep(max(0, until_ns - monotonic_ns()) / 1e9)

    def send(self, seat: Seat, due_ns: int) -> str:
        """Send one comment now; its text."""
        number = next(self._numbers)
        client_id, text = f"{self._party}-{number}", self._text.format(number)
        self.due_ns[text] = due_ns
        self.sends[client_id] = Send(client_id, text, monotonic_ns())
        self._seats[client_id] = seat
        position_ms = due_ns // 1_000_000 % POSITION_MS_MAX
        seat.say({"op": "send", "id": client_id, "text": text, "position_ms": position_ms})
        return text

    def hear(self, seat: Seat, message: Fields) -> None:
        """Take an answer to one of the sends; other messages are nobody's here."""
        if message["op"] not in ANSWERS:
            return
        if (send := self.sends.get(cast("str", message["id"]))) is not None:
            answer = answer_of(message, monotonic_ns())
            self._answer(send, answer)
            room = seat.door.room
            self.tops[room] = max(self.tops[room], answer.seq or 0)

    def see(self, seat: Seat, batch: Batch) -> None:
        """Send the next comment of the window for each own one that has come back."""
        if not self._awaited:
            return
        for entry in batch.entries:
            if entry["kind"] == "comment" and self._awaited.get(cast("str", entry["text"])) is seat:
                del self._awaited[cast("str", entry["text"])]
                if (now_ns := monotonic_ns()) < self._full_until_ns:
                    self._awaited[self.send(seat, now_ns)] = seat

    def give_up_on_lost(self) -> None:
        """Take it that answers which had not come when their socket went never will."""
        for client_id, send in self.sends.items():
            if not send.answers and self._seats[client_id].is_gone:
                self._answer(send, Answer("refused", monotonic_ns(), code="unknown"))

    def _answer(self, send: Send, answer: Answer) -> None:
        self.answered_count += not send.answers
        send.answers.append(answer)


def last_answers(sends: Iterable[Send]) -> dict[str, int]:
    """How many sends got which last answer: an op, or the code of a refusal."""
    last = [(s.answers[-1].code or s.answers[-1].op) if s.answers else "none" for s in sends]
    return dict(sorted(Counter(last).items()))
