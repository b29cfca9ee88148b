"""What viewers are told beside the record: docs/protocol.md, "notice"."""

from danmaku.domain.cases import CaseOutcome
from danmaku.domain.controls import Control
from danmaku.domain.facts import CommentHeld, NameJudged
from danmaku.domain.ids import Millis, Number, Pseudonym, RoomId, Seq
from danmaku.domain.measures import Measure
from danmaku.formats.danmaku_v1 import Fields
from danmaku.gateway.dialects.outward import Op


def measure_notice(measure: Measure, note: str) -> Fields:
    """A measure was taken against the viewer."""
    return {
        "op": Op.NOTICE.value,
        "kind": "measure",
        "measure_id": measure.measure_id,
        "step": measure.step.value,
        "category": measure.category,
        "basis": measure.basis,
        "note": note,
        "room": measure.room,
        "number": measure.number,
        "until_ms": measure.until_ms,
        "functions": sorted(measure.functions),
    }


def name_notice(fact: NameJudged) -> Fields:
    """A reviewer has decided on a name of the viewer's, or of a room of theirs."""
    return {
        "op": Op.NOTICE.value,
        "kind": "name",
        "surface": fact.surface.value,
        "state": fact.state.value,
        "text": fact.text,
        "shown": fact.shown,
        "category": fact.category,
        "note": fact.note,
        "room": fact.room,
    }


def reversed_notice(measure_id: str, reason: str) -> Fields:
    """A measure against the viewer was undone."""
    return {
        "op": Op.NOTICE.value,
        "kind": "reversed",
        "measure_id": measure_id,
        "note": reason,
    }


def revoked_notice(reason: str) -> Fields:
    """Powers of the viewer were taken back, and why; what is left is said by `you`."""
    return {"op": Op.NOTICE.value, "kind": "revoked", "note": reason}


def proposal_notice(room: RoomId | None, outcome: str, note: str) -> Fields:
    """The viewer is offered powers in a room, or what they asked for was decided."""
    return {
        "op": Op.NOTICE.value,
        "kind": "proposal",
        "room": room,
        "outcome": outcome,
        "note": note,
    }


def report_notice(seq: Seq, number: Number | None, category: str, until_ms: Millis) -> Fields:
    """A report waits for those who keep this room; never who sent it."""
    return {
        "op": Op.NOTICE.value,
        "kind": "report",
        "report": seq,
        "number": number,
        "category": category,
        "until_ms": until_ms,
    }


def result_notice(case_id: str, outcome: CaseOutcome, note: str) -> Fields:
    """What came of a case that the viewer filed, or that was about them."""
    return {
        "op": Op.NOTICE.value,
        "kind": "result",
        "case_id": case_id,
        "outcome": outcome.value,
        "note": note,
    }


def held_notice(seq: Seq, author: Pseudonym, fact: CommentHeld) -> Fields:
    """A comment waits; for those who review in its room."""
    return {
        "op": Op.NOTICE.value,
        "kind": "held",
        "seq": seq,
        "at_ms": fact.at_ms,
        "position_ms": fact.content.position_ms,
        "author": author,
        "name": fact.content.name,
        "text": fact.content.text,
        "category": fact.category,
    }


def decided_notice(origin: Seq) -> Fields:
    """A comment waits no more; for those who review in its room."""
    return {"op": Op.NOTICE.value, "kind": "decided", "seq": origin}


def refused_notice(room: RoomId, origin: Seq, *, text: str, category: str) -> Fields:
    """A comment of the viewer's that waited was refused by a person."""
    return {
        "op": Op.NOTICE.value,
        "kind": "refused",
        "room": room,
        "seq": origin,
        "text": text,
        "category": category,
    }


def control_notice(control: Control) -> Fields:
    """An emergency control holds here from now on."""
    return {
        "op": Op.NOTICE.value,
        "kind": "control",
        "room": control.scope,
        "mode": control.mode.value,
        "until_ms": control.until_ms,
    }


def lifted_notice(scope: RoomId | None) -> Fields:
    """The control of that scope has ended before its time."""
    return {"op": Op.NOTICE.value, "kind": "lifted", "room": scope}
