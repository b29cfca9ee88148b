"""One round of messages to one endpoint: what is sent, what came of it, how far the places move."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from danmaku.actions.outbound import Answer, Outcome
from danmaku.domain.deliveries import Stretch, Try
from danmaku.domain.endpoints import EndpointSet
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.formats.webhook import Message, message_of

Spot = tuple[RoomId, Seq]
"""An entry's place in the record."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A message, and the entry that it tells of."""

    spot: Spot
    message: Message
    at_ms: Millis  # when that was written


@dataclass(slots=True)
class Round:
    """See the module.

    Attributes:
        stretches: What was read.
        sendings: What of it is to be sent, in that order.
        passed: Delivered, now or before.
        tries: What was tried, in the order of the answers.
    """

    stretches: Sequence[Stretch]
    sendings: Sequence[Sending]
    passed: set[Spot]
    tries: list[Try] = field(default_factory=list)
    has_delivered: bool = False
    _answers: dict[Spot, Answer] = field(default_factory=dict)

    @classmethod
    def of(
        cls, fact: EndpointSet, stretches: Sequence[Stretch], *, passed: set[Spot], epoch: str
    ) -> "Round":
        """What an endpoint is told of the stretches, without what reached it already."""
        sendings = []
        for stretch in stretches:
            for due in stretch.dues:
                spot = stretch.chain, due.entry.seq
                message = None if spot in passed else message_of(due, fact, epoch=epoch)
                if message is not None:
                    sendings.append(Sending(spot, message, due.entry.at_ms))
        return cls(stretches, sendings, set(passed))

    def lag_ms(self, now_ms: Millis) -> int:
        """How long ago the oldest was written that is to be sent."""
        return max((now_ms - one.at_ms for one in self.sendings), default=0)

    def note(self, sending: Sending, tried: Try, answer: Answer) -> None:
        """Take down what came of a message."""
        self.tries.append(tried)
        if answer.outcome is Outcome.DELIVERED:
            self.passed.add(sending.spot)
            self.has_delivered = True
        else:
            self._answers[sending.spot] = answer

    @property
    def failed(self) -> Answer | None:
        """What came of the first that was not delivered; None: none failed."""
        first = self._first_failed
        return None if first is None else self._answers[first]

    @property
    def failed_first(self) -> bool:
        """Whether nothing stood before what failed: it is the one that failed the last time."""
        return bool(self.sendings) and self.sendings[0].spot == self._first_failed

    @property
    def _first_failed(self) -> Spot | None:
        return next((one.spot for one in self.sendings if one.spot in self._answers), None)

    def give_up(self) -> None:
        """Pass over what failed first: the log of tries says so, and it can be sent again."""
        if (first := self._first_failed) is not None:
            self.passed.add(first)
            del self._answers[first]

    def places(self) -> tuple[list[Spot], set[Spot]]:
        """How far each chain has been told without a gap, and what was delivered beyond that."""
        owed = {one.spot for one in self.sendings} - self.passed
        places, beyond = [], set[Spot]()
        for stretch in self.stretches:
            first = min((seq for chain, seq in owed if chain == stretch.chain), default=None)
            upto = stretch.upto if first is None else Seq(first - 1)
            places.append((stretch.chain, upto))
            beyond |= {spot for spot in self.passed if spot[0] == stretch.chain and spot[1] > upto}
        return places, beyond
