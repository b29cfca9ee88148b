"""How far endpoints have been told what happened, as values."""

from dataclasses import dataclass

from danmaku.domain.comment import Comment
from danmaku.domain.endpoints import EndpointSet
from danmaku.domain.facts import Entry
from danmaku.domain.ids import Millis, Pseudonym, RoomId, Seq

_AT_ONCE = Millis(0)
CHAINS_MAX = 20  # looked at together
TRIES_KEPT = 200  # of each endpoint


@dataclass(frozen=True, slots=True)
class Due:
    """An entry that an endpoint is to be told of."""

    entry: Entry
    comment: Comment | None = None  # that it is about, as it stands now
    author: Pseudonym | None = None  # of whom it is about: a random id, in the room if it has one


@dataclass(frozen=True, slots=True)
class Turn:
    """Who tells an endpoint, and how that goes."""

    node: str
    until_ms: Millis  # nobody else takes over before that
    tries: int = 0  # that failed of the message that is next
    next_ms: Millis = _AT_ONCE
    failing_since_ms: Millis | None = None

    def is_open_to(self, node: str, now_ms: Millis) -> bool:
        """Whether that node may tell the endpoint."""
        return self.node == node or self.until_ms <= now_ms


@dataclass(frozen=True, slots=True)
class Stretch:
    """What an endpoint has to be told of one chain: all that is due in (after, upto]."""

    chain: RoomId
    after: Seq
    upto: Seq
    dues: tuple[Due, ...]

    @property
    def length(self) -> int:
        """How many entries that are."""
        return self.upto - self.after


@dataclass(frozen=True, slots=True)
class Try:
    """One try of one message."""

    at_ms: Millis
    message_id: str
    event: str
    chain: RoomId
    seq: Seq
    outcome: str
    status: int | None  # None: there was no answer
    took_ms: int


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """An endpoint as those see it who keep it; the secret is shown once, when it is made."""

    fact: EndpointSet
    at_ms: Millis  # of the newest word on it
    turn: Turn
    behind: int  # entries that it has yet to be told of, or that do not concern it
