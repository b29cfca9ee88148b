"""What a viewer is told: outcomes of its acts, and each error in the words of docs/protocol.md."""

from dataclasses import dataclass

from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused, Entry
from danmaku.errors import ANSWERS, Broken, Close, Code, Coded, DanmakuError, TooFast, Unavailable
from danmaku.formats.danmaku_v1 import Fields
from danmaku.gateway.dialects.danmaku_v1 import bye, error_said, held, published, refused

RETRY_MIN_MS = 500
RETRY_MAX_MS = 8_000

_CLOSES = {
    Code.NOT_SIGNED_IN: Close.NOT_SIGNED_IN,
    Code.NOT_FOUND: Close.NOT_FOUND,
    Code.DRAINING: Close.DRAINING,
    Code.OVERLOADED: Close.OVERLOADED,
    Code.STORE_UNAVAILABLE: Close.OVERLOADED,
}


@dataclass(frozen=True, slots=True)
class Farewell:
    """How a connection is ended; `said` goes before the close."""

    close_code: int
    said: Fields | None


def code_of(error: BaseException) -> Code:
    """The code that an error is answered with; what is not ours to tell is `internal`."""
    return error.code if isinstance(error, DanmakuError) else Code.INTERNAL


def is_defect(error: BaseException) -> bool:
    """Whether somebody must look into it."""
    return isinstance(error, Broken) or not isinstance(error, DanmakuError)


def outcome_of(entry: Entry, client_id: str) -> Fields:
    """What a send has led to."""
    match entry.fact:
        case CommentPublished():
            assert entry.comment is not None
            assert entry.comment.number is not None  # published comments have one
            return published(client_id, entry.comment.number, entry.seq)
        case CommentHeld(category=category):
            return held(client_id, entry.seq, category)
        case CommentRefused(category=category):
            text = "The rules of this place refuse this text."
            return refused(client_id, Code.PROHIBITED.value, text, category=category)
    raise Broken("A send led to another kind of entry.")


def answer_of(error: BaseException, client_id: str | None) -> Fields | Farewell:
    """The answer to one message, or the end of the connection.

    Args:
        error: What came instead of an outcome.
        client_id: The message's id; None if what failed was no send or recall.
    """
    code = code_of(error)
    if client_id is None or ANSWERS[code].close_code is not None:
        return _farewell_of(code, str(error))
    return refused(
        client_id,
        code.value,
        str(error),
        retry_after_ms=error.wait_ms if isinstance(error, TooFast | Unavailable) else None,
        until_ms=error.until_ms if isinstance(error, Coded) else None,
    )


def _farewell_of(code: Code, text: str) -> Farewell:
    close_code = ANSWERS[code].close_code or _CLOSES.get(code, Close.BAD_MESSAGE)
    if code is Code.INTERNAL:
        return Farewell(close_code, said=None)
    if ANSWERS[code].retry:
        again = bye(code.value, retry_min_ms=RETRY_MIN_MS, retry_max_ms=RETRY_MAX_MS)
        return Farewell(close_code, again)
    return Farewell(close_code, error_said(code.value, text))
