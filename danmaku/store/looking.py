"""What is done with a page of the record that is read again: judge it, or pick from it.

`sift.py` walks through the record and asks; see there.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, select

from danmaku.domain.bulk_recalls import Choice, Pick, Picked
from danmaku.domain.comment import CommentStatus
from danmaku.domain.ids import RoomId, Seq
from danmaku.domain.rule_reports import RuleReport, ScanHit, Sift, Written, hit_in
from danmaku.filter.layers import Layers
from danmaku.filter.normalize import scanned_of
from danmaku.filter.packing import unpack
from danmaku.filter.screen import Screen
from danmaku.filter.waves import Measures, are_alike, pairs_of
from danmaku.store import schema
from danmaku.store.bodies import OPEN_BODY, SEALED_BODY, Part, is_body_at
from danmaku.store.schema import AnyRow, AnySelect

Judges = tuple[bytes, ...]
"""One screen, or one and what is laid over it, as `filter.packing` packs them; or none."""

LIKENESS: Final = Measures().likeness  # as many are held as one campaign
PAGE_ROWS: Final = 2_000

_comment = schema.comment.c
_STANDING: Final = CommentStatus.PUBLISHED.value
_PLACES = (
    select(
        _comment.room,
        _comment.origin,
        _comment.number,
        _comment.account,
        _comment.changed_seq,
        _comment.published_seq,
    )
    .order_by(_comment.origin)
    .limit(PAGE_ROWS)
)
_OF_COMMENT = (_comment.room, _comment.origin)
_BODIES = schema.comment.outerjoin(
    OPEN_BODY, is_body_at(OPEN_BODY, Part.OPEN, *_OF_COMMENT)
).outerjoin(SEALED_BODY, is_body_at(SEALED_BODY, Part.SEALED, *_OF_COMMENT))
_TEXT = (OPEN_BODY.c.content.label("open"), SEALED_BODY.c.content.label("sealed"))
_PLACES_AND_TEXTS = _PLACES.add_columns(*_TEXT).select_from(_BODIES)
_TEXTS = (
    select(
        _comment.origin,
        _comment.number,
        _comment.at_ms,
        and_(
            _comment.status == _STANDING,
            _comment.late.is_(False),
            _comment.changed_seq == _comment.published_seq,
        ).label("stands"),
        *_TEXT,
    )
    .select_from(_BODIES)
    .order_by(_comment.origin)
    .limit(PAGE_ROWS)
)


class _Text(msgspec.Struct):
    text: str


class _Verdict(msgspec.Struct):
    original: str | None = None


class _SealedPart(msgspec.Struct):
    verdict: _Verdict
    content: _Text | None = None


_text_of = msgspec.json.Decoder(_Text).decode
_sealed_of = msgspec.json.Decoder(_SealedPart).decode


class Look(ABC):
    """One way to look at comments.

    Attributes:
        page: What it reads of each comment: its `origin`, and what `hits` needs beside it.
        rooms: Those that are walked through, in order; None: all.
        report, picked: What was found so far; None where hits are asked for.
    """

    page: AnySelect = _TEXTS
    rooms: list[RoomId] | None = None
    report: RuleReport | None = None
    picked: Picked | None = None

    @abstractmethod
    def enter(self, connection: Connection, room: RoomId) -> None:
        """Go into a room, in the snapshot that its first page is read from."""

    def terms(self) -> Iterable[ColumnElement[bool]]:
        """Which comments of that room it wants to see."""
        return ()

    @abstractmethod
    def hits(self, rows: Sequence[AnyRow]) -> Iterable[ScanHit]:
        """What of a page is to be acted on; nothing where a report is asked for."""


class Judging(Look):
    """By rules, held against others in a report."""

    def __init__(self, sift: Sift, judges: Judges, beside: Judges) -> None:
        self._upto_ms = sift.upto_ms
        self._judge = screen_of(judges)
        self._beside = self._judge if sift.acts else screen_of(beside)
        self._room = RoomId("")
        self.report = None if sift.acts else RuleReport()

    def enter(self, connection: Connection, room: RoomId) -> None:
        """As `Look.enter`."""
        del connection
        self._room = room

    def hits(self, rows: Sequence[AnyRow]) -> Iterable[ScanHit]:
        """As `Look.hits`."""
        if self.report is None:
            return self._to_act_on(rows)
        self._tell(self.report, rows)
        return ()

    def _to_act_on(self, rows: Sequence[AnyRow]) -> Iterator[ScanHit]:
        for origin, number, at_ms, stands, opened, sealed in rows:
            if not stands or (text := _text_in(opened, sealed)) is None:
                continue
            would = self._judge.inspect(text, self._upto_ms)
            if not would.hits:
                continue
            written = Written(self._room, origin, number, at_ms, text, stands=True)
            if (hit := hit_in(written, would)) is not None:
                yield hit

    def _tell(self, report: RuleReport, rows: Sequence[AnyRow]) -> None:
        """Cost: most comments are those in which nothing is found: a look of each, and a sum."""
        judged, held_against, upto_ms = self._judge.findings, self._beside.findings, self._upto_ms
        clean = 0
        for origin, number, at_ms, stands, opened, sealed in rows:
            if (text := _text_in(opened, sealed)) is None:
                report.erased += 1
                continue
            scanned = scanned_of(text)
            would, was = judged(scanned, upto_ms), held_against(scanned, upto_ms)
            if not (would.hits or was.hits):
                clean += 1
                continue
            written = Written(self._room, origin, number, at_ms, text, bool(stands))
            report.note(written, (was.action, was.category), would)
        report.note_clean(clean)


class Picking(Look):
    """By what somebody has chosen: see `bulk_recalls.Pick`."""

    def __init__(self, sift: Sift, pick: Pick, judges: Judges) -> None:
        self._upto_ms = sift.upto_ms
        self._pick = pick
        self._judge = screen_of(judges) if judges else None
        self._pairs = None if pick.like is None else pairs_of(pick.like)
        reads = self._judge is not None or self._pairs is not None
        self.page = _PLACES_AND_TEXTS if reads else _PLACES
        self._top = Seq(0)
        self.picked = None if sift.acts else Picked()
        self.rooms = None if pick.tops is None else sorted(pick.tops)

    def enter(self, connection: Connection, room: RoomId) -> None:
        """As `Look.enter`."""
        if self._pick.tops is not None:
            self._top = self._pick.tops.get(room, Seq(0))
            return
        top = connection.scalar(select(schema.chain.c.top).where(schema.chain.c.id == room))
        self._top = Seq(top or 0)

    def terms(self) -> Iterator[ColumnElement[bool]]:
        """As `Look.terms`."""
        yield _comment.status == _STANDING
        yield _comment.changed_seq <= self._top
        if self._pick.author is not None:
            yield _comment.account == self._pick.author

    def hits(self, rows: Sequence[AnyRow]) -> Iterator[ScanHit]:
        """As `Look.hits`."""
        for row in rows:
            if not self._fits(row):
                continue
            was_restored = row.changed_seq != row.published_seq
            choice = Choice(row.room, row.origin, row.number, row.account, was_restored)
            if self.picked is not None:
                self.picked.note(choice, self._pick, self._top)
            elif choice.author != self._pick.but:
                rule = self._pick.rule or ""
                yield ScanHit(row.room, row.origin, row.number, rule, self._pick.category)

    def _fits(self, row: AnyRow) -> bool:
        if self._judge is None and self._pairs is None:
            return True
        text = _text_in(row.open, row.sealed)
        if text is None or not self._is_alike(text):
            return False
        if self._judge is None:
            return True
        found = self._judge.inspect(text, self._upto_ms)
        return any(hit.rule_id == self._pick.rule for hit in found.hits)

    def _is_alike(self, text: str) -> bool:
        if self._pairs is None:
            return True
        return are_alike(self._pairs, pairs_of(scanned_of(text).key), LIKENESS)


def look_of(sift: Sift, judges: Judges, beside: Judges) -> Look:
    """The look that is asked for."""
    if sift.pick is None:
        return Judging(sift, judges, beside)
    return Picking(sift, sift.pick, judges)


def screen_of(judges: Judges) -> Screen | Layers:
    """What looks, unpacked."""
    large, *over = [unpack(packed) for packed in judges]
    return Layers(large, over[0]) if over else large


def _text_in(opened: bytes | None, sealed: bytes | None) -> str | None:
    """A comment as it was written, in the bodies of its first entry; None: it was erased.

    What was held or refused is sealed whole; of what was published only the original is, and that
    where words of it were masked.
    """
    if sealed is None:  # it was erased with the other body
        return None
    part = _sealed_of(sealed)
    if part.verdict.original is not None:
        return part.verdict.original
    if part.content is not None:
        return part.content.text
    return None if opened is None else _text_of(opened).text
