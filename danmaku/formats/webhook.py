"""One event as a message of the Standard Webhooks: its body, its headers, its signature.

What stands in it is what everybody may see, and beyond that only that something waits or was
decided: no text that is not public, no login, no name of a person. docs/webhooks.md shows each.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import msgspec

from danmaku.domain.case_facts import CaseDecided, CaseFiled
from danmaku.domain.cases import CaseKind, filed_id
from danmaku.domain.deliveries import Due
from danmaku.domain.endpoints import EndpointSet, EventType
from danmaku.domain.facts import (
    CommentHeld,
    CommentPublished,
    CommentRecalled,
    CommentRefused,
    CommentRestored,
    Entry,
    ReportFiled,
    RoomChanged,
    RoomOpened,
)
from danmaku.domain.filing_facts import FilingBegun
from danmaku.domain.ids import PLATFORM, Millis, RoomId
from danmaku.domain.people_facts import ControlLifted, ControlSet, MeasureReversed, MeasureTaken
from danmaku.domain.room import RoomState
from danmaku.domain.views import bare, view_of, view_of_comment
from danmaku.formats.danmaku_v1 import Fields, fields_of, state_fields_of

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 -- how every secret begins
SECRET_BYTES: Final = 32
ID_CHARS: Final = 32

TEST_TYPE: Final = "webhook.test"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: the id stays the same however often it is."""

    message_id: str
    event: str
    body: bytes


def secret_text_of(secret: bytes) -> str:
    """A secret as its owner keeps it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def message_id_of(endpoint_id: str, epoch: str, chain: RoomId, seq: int) -> str:
    """The same for one entry and endpoint for ever, and without a full stop."""
    told = "\n".join((endpoint_id, epoch, chain, str(seq)))
    return "msg_" + sha256(told.encode()).hexdigest()[:ID_CHARS]


def headers_of(
    message: Message, secrets: Sequence[bytes], now_ms: Millis
) -> list[tuple[bytes, bytes]]:
    """The three headers of one try; each secret that is still good signs."""
    seconds = str(now_ms // 1000)
    signed = f"{message.message_id}.{seconds}.".encode() + message.body
    signatures = [
        b"v1," + binascii.b2a_base64(hmac.digest(secret, signed, "sha256"), newline=False)
        for secret in secrets
    ]
    return [
        (b"webhook-id", message.message_id.encode()),
        (b"webhook-timestamp", seconds.encode()),
        (b"webhook-signature", b" ".join(signatures)),
    ]


def message_of(due: Due, endpoint: EndpointSet, *, epoch: str) -> Message | None:
    """What an endpoint is told of an entry; None: nothing.

    One of a single room is told of what names that room.
    """
    entry, found = due.entry, _told(due)
    if found is None:
        return None
    event, fields = found
    if event not in endpoint.wanted or endpoint.room not in (None, fields.get("room")):
        return None
    message_id = message_id_of(endpoint.endpoint_id, epoch, entry.chain, entry.seq)
    return message_with(message_id, event, entry.at_ms, fields)


def message_with(message_id: str, event: str, at_ms: Millis, fields: Fields) -> Message:
    """A message of that type."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    told = {"type": event, "timestamp": at.replace("+00:00", "Z"), "data": fields}
    return Message(message_id, event, msgspec.json.encode(told))


def _told(due: Due) -> tuple[EventType, Fields] | None:
    entry = due.entry
    if entry.chain != PLATFORM:
        return _told_of_room(due)
    told = _told_of_people(due) or _told_of_office(entry)
    return None if told is None else (told[0], {"seq": entry.seq, **told[1]})


def _told_of_room(due: Due) -> tuple[EventType, Fields] | None:
    entry = due.entry
    match entry.fact:
        case RoomOpened(state=state):
            event, fields = EventType.ROOM_OPENED, _state(entry, state)
        case RoomChanged(state=state):
            event, fields = EventType.ROOM_CHANGED, _state(entry, state)
        case CommentHeld() as fact:
            event, fields = EventType.COMMENT_HELD, _private(entry, fact)
        case CommentRefused() as fact:
            event, fields = EventType.COMMENT_REFUSED, _private(entry, fact)
        case CommentPublished():
            event, fields = EventType.COMMENT_PUBLISHED, _shown(due)
        case CommentRestored():
            event, fields = EventType.COMMENT_RESTORED, _shown(due)
        case CommentRecalled():
            event, fields = EventType.COMMENT_RECALLED, _recalled(entry)
        case _:
            return None
    return event, {"room": entry.chain, **fields}


def _state(entry: Entry, state: RoomState) -> Fields:
    return {"seq": entry.seq, "state": state_fields_of(state)}


def _recalled(entry: Entry) -> Fields:
    view = view_of(entry)
    assert view is not None
    return fields_of(view)


def _shown(due: Due) -> Fields:
    """A comment as it stands now: one recalled meanwhile has left every place, this one too."""
    comment = due.comment or due.entry.comment
    assert comment is not None
    if due.comment is None:
        comment = bare(comment)
    return fields_of(view_of_comment(due.entry.seq, comment))


def _private(entry: Entry, fact: CommentHeld | CommentRefused) -> Fields:
    return {
        "seq": entry.seq,
        "origin": fact.origin or entry.seq,
        "category": fact.category,
        "at_ms": fact.at_ms,
    }


def _told_of_people(due: Due) -> tuple[EventType, Fields] | None:
    match due.entry.fact:
        case MeasureTaken(measure=measure) as fact:
            return EventType.MEASURE_TAKEN, {
                "measure_id": measure.measure_id,
                "step": measure.step.value,
                "category": measure.category,
                "room": measure.room,
                "number": measure.number,
                "from_ms": measure.from_ms,
                "until_ms": measure.until_ms,
                "author": due.author,
                "provisional": fact.is_provisional,
            }
        case MeasureReversed(measure_id=measure_id):
            return EventType.MEASURE_REVERSED, {"measure_id": measure_id, "author": due.author}
        case ControlSet(control=control):
            return EventType.CONTROL_SET, {
                "room": control.scope,
                "mode": control.mode.value,
                "until_ms": control.until_ms,
            }
        case ControlLifted(scope=scope):
            return EventType.CONTROL_LIFTED, {"room": scope}
        case _:
            return None


def _told_of_office(entry: Entry) -> tuple[EventType, Fields] | None:
    match entry.fact:
        case ReportFiled() as fact:
            return EventType.CASE_FILED, {
                "case_id": fact.case_id or filed_id(CaseKind.REPORT, entry.seq),
                "kind": CaseKind.REPORT.value,
                "category": fact.category,
                "room": fact.room,
                "number": fact.number,
            }
        case CaseFiled(subject=subject) as fact:
            return EventType.CASE_FILED, {
                "case_id": fact.case_id or filed_id(fact.case_kind, entry.seq),
                "kind": fact.case_kind.value,
                "category": fact.category,
                "room": subject.room,
                "number": subject.number,
            }
        case CaseDecided() as fact:
            return EventType.CASE_DECIDED, {
                "case_id": fact.case_id,
                "outcome": fact.outcome.value,
                "category": fact.category,
            }
        case FilingBegun() as fact:
            return EventType.FILING_DUE, {
                "filing": entry.seq,
                "kind": fact.filing_kind.value,
                "due_ms": fact.due_ms,
            }
        case _:
            return None
