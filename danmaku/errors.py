"""Everything the house may answer other than yes.

* DanmakuError
    * Refused: the caller asked for what it may not have; say so, change nothing.
        * BadMessage, NotSignedIn, NotAllowed, NotFound, Prohibited, TooFast
        * Coded: a gate or a bound that needs only its code
    * Unavailable: we cannot answer now; the same request may succeed later.
        * Overloaded, StoreDown, Unknown, Draining, Stale
    * Broken: an invariant does not hold; a defect of ours.

A comment whose *content* is held back or refused is no error: it is a judgement, it is recorded as
a fact, and `domain/admission.py` gives it.
"""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """What goes over the wire; a word, once given, is never given another meaning."""

    NOT_SIGNED_IN = "not_signed_in"
    NOT_VERIFIED = "not_verified"
    IDENTITY_BARRED = "identity_barred"
    AGREEMENT_OUTDATED = "agreement_outdated"
    WARNING_UNREAD = "warning_unread"
    ACCOUNT_SUSPENDED = "account_suspended"
    MUTED = "muted"
    ROOM_PAUSED = "room_paused"
    ROOM_CLOSED = "room_closed"
    PLATFORM_CLOSED = "platform_closed"
    LEVEL_TOO_LOW = "level_too_low"
    STYLE_NOT_ALLOWED = "style_not_allowed"
    RATE_LIMITED = "rate_limited"
    DUPLICATE = "duplicate"
    TOO_LONG = "too_long"
    EMPTY = "empty"
    TYPE_UNSUPPORTED = "type_unsupported"
    BAD_POSITION = "bad_position"
    PROHIBITED = "prohibited"
    OWN_INTEREST = "own_interest"
    TRAINING_REQUIRED = "training_required"
    NOT_GRANTED = "not_granted"
    STORE_UNAVAILABLE = "store_unavailable"
    OVERLOADED = "overloaded"
    UNKNOWN = "unknown"
    DRAINING = "draining"
    BAD_MESSAGE = "bad_message"
    NOT_FOUND = "not_found"
    OWN_LIMIT = "own_limit"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Answer:
    """How each door gives one code: the only table of its kind in the tree."""

    http_status: int
    close_code: int | None = None  # None: answer and stay; a number: answer and hang up
    retry: bool = False  # the same request may succeed later


ANSWERS: dict[Code, Answer] = {
    Code.NOT_SIGNED_IN: Answer(http_status=401),
    Code.NOT_VERIFIED: Answer(http_status=403),
    Code.IDENTITY_BARRED: Answer(http_status=403),
    Code.AGREEMENT_OUTDATED: Answer(http_status=403),
    Code.WARNING_UNREAD: Answer(http_status=403),
    Code.ACCOUNT_SUSPENDED: Answer(http_status=403),
    Code.MUTED: Answer(http_status=403),
    Code.ROOM_PAUSED: Answer(http_status=409, retry=True),
    Code.ROOM_CLOSED: Answer(http_status=409),
    Code.PLATFORM_CLOSED: Answer(http_status=503, retry=True),
    Code.LEVEL_TOO_LOW: Answer(http_status=403),
    Code.STYLE_NOT_ALLOWED: Answer(http_status=422),
    Code.RATE_LIMITED: Answer(http_status=429, retry=True),
    Code.DUPLICATE: Answer(http_status=409),
    Code.TOO_LONG: Answer(http_status=422),
    Code.EMPTY: Answer(http_status=422),
    Code.TYPE_UNSUPPORTED: Answer(http_status=415),
    Code.BAD_POSITION: Answer(http_status=422),
    Code.PROHIBITED: Answer(http_status=422),
    Code.OWN_INTEREST: Answer(http_status=403),
    Code.TRAINING_REQUIRED: Answer(http_status=403),
    Code.NOT_GRANTED: Answer(http_status=403),
    Code.STORE_UNAVAILABLE: Answer(http_status=503, retry=True),
    Code.OVERLOADED: Answer(http_status=503, retry=True),
    Code.UNKNOWN: Answer(http_status=503, retry=True),
    Code.DRAINING: Answer(http_status=503, retry=True),
    Code.BAD_MESSAGE: Answer(http_status=400, close_code=4400),
    Code.NOT_FOUND: Answer(http_status=404),
    Code.OWN_LIMIT: Answer(http_status=409),
    Code.INTERNAL: Answer(http_status=500, close_code=1011),
}


class Close:
    """Close codes that are not the answer to one message (docs/protocol.md, "Close codes")."""

    NORMAL = 1000
    DRAINING = 1012
    OVERLOADED = 1013
    BAD_MESSAGE = 4400
    NOT_SIGNED_IN = 4401
    ACCOUNT_ENDED = 4403
    NOT_FOUND = 4404
    IDLE = 4408
    SLOW = 4008
    RATE_LIMITED = 4429


class DanmakuError(Exception):
    """Root of the tree. Never raised itself.

    Args:
        text: Dull words for people; they leak nothing.
    """

    code: Code = Code.INTERNAL

    def __init__(self, text: str = "") -> None:
        super().__init__(text or self.code.value)


class Refused(DanmakuError):  # noqa: N818 -- reads as the answer it is
    """The caller's doing, and expected: doors answer it, nobody logs it as an error."""


class BadMessage(Refused):
    """The message is not of the protocol."""

    code = Code.BAD_MESSAGE


class NotSignedIn(Refused):
    """This needs an account; the caller is a guest or its token is not valid."""

    code = Code.NOT_SIGNED_IN


class NotAllowed(Refused):
    """The caller's grants do not carry the power this needs."""

    code = Code.NOT_GRANTED


class NotFound(Refused):
    """There is no such thing, or none that the caller may know of."""

    code = Code.NOT_FOUND


class Coded(Refused):
    """A refusal that needs only its code: a gate or a bound.

    Args:
        code: Which one.
        text: As in DanmakuError.
        until_ms: When the state behind it ends, if that is known.
    """

    def __init__(self, code: Code, text: str = "", *, until_ms: int | None = None) -> None:
        self.code = code
        self.until_ms = until_ms
        super().__init__(text)


class Prohibited(Refused):
    """A name or a title that nobody may be shown.

    Args:
        category: Why.
    """

    code = Code.PROHIBITED

    def __init__(self, category: str) -> None:
        super().__init__(f"This may not be shown: {category}.")
        self.category = category


class TooFast(Refused):
    """The account must wait before its next comment in this room."""

    code = Code.RATE_LIMITED

    def __init__(self, wait_ms: int) -> None:
        super().__init__(f"wait {wait_ms} ms")
        self.wait_ms = wait_ms


class Unavailable(DanmakuError):  # noqa: N818 -- reads as the answer it is
    """Ours, and passing: the same request may succeed later.

    Attributes:
        wait_ms: How much later, as far as anybody can tell.
    """

    wait_ms: int = 1_000


class Overloaded(Unavailable):
    """A bound of ours is reached; nothing was done.

    Args:
        text: As `DanmakuError`.
        wait_ms: When to ask again; None: as ever.
    """

    code = Code.OVERLOADED

    def __init__(self, text: str = "", *, wait_ms: int | None = None) -> None:
        super().__init__(text)
        if wait_ms is not None:
            self.wait_ms = wait_ms


class StoreDown(Unavailable):
    """The record takes no entries now; nothing was recorded."""

    code = Code.STORE_UNAVAILABLE


class Unknown(Unavailable):
    """The commit's outcome is not known: ask again with the same client id."""

    code = Code.UNKNOWN


class Draining(Unavailable):
    """This process is going away; another one answers."""

    code = Code.DRAINING


class Stale(Unavailable):
    """What a decision stood on has changed: nothing was written, decide again."""

    code = Code.OVERLOADED


class Broken(DanmakuError):  # noqa: N818 -- reads as the answer it is
    """An invariant does not hold. A defect of ours: logged with its trace, answered `internal`."""
