"""The life of a filing: who may turn it, what follows a decision, and when it is overdue.

Whoever wrote a word of a filing, or said that it is ready, does not approve it.

Article: articles.Article.REPORT_TO_DEPARTMENT, articles.Article.STOP_DELETE_KEEP_REPORT
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from danmaku.domain.account import Power, Standing
from danmaku.domain.categories import class_of
from danmaku.domain.comment import clean_text
from danmaku.domain.facts import Entry
from danmaku.domain.filing_facts import (
    FilingBegun,
    FilingKind,
    FilingRevised,
    FilingState,
    FilingTurned,
    Line,
    OrderEnded,
    OrderEntered,
    Risk,
    Section,
    WeaknessMended,
)
from danmaku.domain.grants import require
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.measures import ROOM_STEPS, Function, Measure, Step
from danmaku.domain.people_facts import MeasureTaken
from danmaku.domain.rulings import Ruling
from danmaku.errors import BadMessage, Code, Coded, NotAllowed
from danmaku.filter.rules import Klass

RECEIPT_MAX = 200  # code points, of receipts and references
TEXT_MAX = 8000  # of one section's remarks, notes, reasons, remedies
SECTIONS_MAX = 20
HISTORY_MAX = 200  # entries about one filing: one that is turned more often is begun anew


class Topic(StrEnum):
    """What a section is about."""

    SUMMARY = "summary"
    EVIDENCE = "evidence"  # where in the record it lies
    MEASURES = "measures"
    ENTRIES = "entries"
    RECALLS = "recalls"
    CASES = "cases"
    PERSONS = "persons"
    IDENTITY = "identity"
    LOGS = "logs"
    HANDLING = "handling"
    PERSONAL = "personal"
    COMPLAINTS = "complaints"
    SUPPORT = "support"
    REMEDY = "remedy"


OPEN_STATES = frozenset(
    {FilingState.DRAFT, FilingState.READY, FilingState.RETURNED, FilingState.APPROVED}
)
"""Not handed in yet, nor waived."""

PASSED_STATES = frozenset({FilingState.APPROVED, FilingState.SUBMITTED, FilingState.ACKNOWLEDGED})
"""A chief editor stands for what it says."""

_NEXT: Mapping[FilingState, frozenset[FilingState]] = {
    FilingState.DRAFT: frozenset({FilingState.READY, FilingState.WAIVED}),
    FilingState.READY: frozenset({FilingState.APPROVED, FilingState.RETURNED, FilingState.WAIVED}),
    FilingState.RETURNED: frozenset({FilingState.WAIVED}),
    FilingState.APPROVED: frozenset(
        {FilingState.SUBMITTED, FilingState.RETURNED, FilingState.WAIVED}
    ),
    FilingState.SUBMITTED: frozenset({FilingState.ACKNOWLEDGED}),
    FilingState.ACKNOWLEDGED: frozenset(),
    FilingState.WAIVED: frozenset(),
}
_BY_ANOTHER = frozenset({FilingState.APPROVED, FilingState.WAIVED})
_WITH_REASON = frozenset({FilingState.RETURNED, FilingState.WAIVED})
_REMOVING = frozenset({Step.HIDE, Step.DELETE})


@dataclass(frozen=True, slots=True)
class FilingRow:
    """A filing as it stands."""

    filing: Seq
    begun_ms: Millis
    begun: FilingBegun
    state: FilingState
    is_mended: bool
    revision: Seq
    seq: Seq  # of the newest entry about it
    turned_ms: Millis
    sections: tuple[Section, ...]
    receipt: str = ""
    history: tuple[Entry, ...] = ()  # oldest first; a list leaves it out

    @property
    def kind(self) -> FilingKind:
        """What is handed in."""
        return self.begun.filing_kind

    @property
    def is_open(self) -> bool:
        """Whether the department is still to get it."""
        return self.state in OPEN_STATES

    @property
    def is_revisable(self) -> bool:
        """Whether its words can still be others."""
        return self.state in {FilingState.DRAFT, FilingState.READY, FilingState.RETURNED}

    def is_overdue(self, now_ms: Millis) -> bool:
        """Whether it should have been handed in by now."""
        due_ms = self.begun.due_ms
        return self.is_open and due_ms is not None and due_ms <= now_ms

    @property
    def is_dangerous(self) -> bool:
        """Whether it is a weakness of high risk that can still be abused."""
        return self.begun.risk is Risk.HIGH and not self.is_mended

    @property
    def writers(self) -> frozenset[AccountId]:
        """Who wrote a word of it, its remedy too, or said that it is ready."""
        wrote = (
            one.fact.actor
            for one in self.history
            if isinstance(one.fact, FilingBegun | FilingRevised | WeaknessMended)
            or (isinstance(one.fact, FilingTurned) and one.fact.state is FilingState.READY)
        )
        return frozenset(actor for actor in wrote if actor is not None)


@dataclass(frozen=True, slots=True)
class FilingFilter:
    """Which filings a list has; nothing said: all of them."""

    kind: FilingKind | None = None
    state: FilingState | None = None
    is_open: bool = False
    is_overdue: bool = False
    is_dangerous: bool = False


@dataclass(frozen=True, slots=True)
class FilingBacklog:
    """What waits."""

    open_count: Mapping[FilingKind, int] = field(default_factory=dict)
    overdue_count: Mapping[FilingKind, int] = field(default_factory=dict)
    weakness_count: Mapping[Risk, int] = field(default_factory=dict)  # that are not mended


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as it stands."""

    entered: Seq
    fact: OrderEntered
    entered_ms: Millis
    ended: OrderEnded | None = None
    ended_ms: Millis | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody wants of a filing; nothing in it has been checked but its types."""

    state: FilingState
    revision: Seq  # of the words that they have read
    receipt: str = ""
    note: str = ""


# --- turning one


def next_states(row: FilingRow) -> list[FilingState]:
    """What may follow on how a filing stands, whoever asks."""
    return [state for state in FilingState if state in _NEXT[row.state] or _withdraws(row, state)]


def turned(who: Standing | None, row: FilingRow, turn: Turn, now_ms: Millis) -> FilingTurned:
    """The fact of a turn.

    Raises:
        NotSignedIn, NotAllowed: `who` may not; or it does not follow on how the filing stands.
        Coded: OWN_INTEREST: they wrote what they would approve or waive; OWN_LIMIT: it was turned
            HISTORY_MAX times; DUPLICATE: it says something else by now.
        BadMessage: A receipt or a reason is missing, or too long.
    """
    is_writing = turn.state is FilingState.READY
    power = Power.FILING_DRAFT if is_writing else Power.FILING_APPROVE
    actor = require(who, power, None, now_ms).account
    if turn.state not in _NEXT[row.state] and not _withdraws(row, turn.state):
        raise NotAllowed(f"A filing that is {row.state.value} cannot be {turn.state.value} next.")
    _require_read(row, turn.revision)
    if turn.state in _BY_ANOTHER and actor in row.writers:
        raise Coded(Code.OWN_INTEREST, "You wrote this; somebody else decides on it.")
    _require_room(row)
    _require_mended(row, turn)
    receipt = row.receipt
    if turn.state is FilingState.SUBMITTED:
        receipt = reference_of(turn.receipt)
    note = words_of(turn.note)
    if turn.state in _WITH_REASON and not note:
        raise BadMessage("Say why.")
    return FilingTurned(row.filing, row.seq, turn.state, row.revision, actor, receipt, note)


def _require_read(row: FilingRow, revision: Seq) -> None:
    """Let nobody write over words, or answer for words, that they have not read."""
    if revision != row.revision:
        text = f"Somebody was before you: revision {row.revision} is the newest. Read it again."
        raise Coded(Code.DUPLICATE, text)


def _withdraws(row: FilingRow, state: FilingState) -> bool:
    """Whether it takes back that an assessment was approved, which can always be done."""
    is_back = state is FilingState.RETURNED and row.state in PASSED_STATES
    return is_back and row.kind is FilingKind.ASSESSMENT


def _require_mended(row: FilingRow, turn: Turn) -> None:
    is_end = turn.state in {FilingState.ACKNOWLEDGED, FilingState.WAIVED}
    if is_end and row.kind is FilingKind.WEAKNESS and not row.is_mended:
        raise NotAllowed("It is not mended: enter the remedy first.")


def _require_room(row: FilingRow) -> None:
    if len(row.history) >= HISTORY_MAX:
        raise Coded(Code.OWN_LIMIT, f"A filing is turned {HISTORY_MAX} times at most.")


def revised(
    who: Standing | None,
    row: FilingRow,
    remarks: Mapping[str, str],
    now_ms: Millis,
    *,
    revision: Seq,
) -> FilingRevised:
    """The fact of a revision: what people say in some sections, by their words.

    What the record states stays as it is.

    Raises:
        NotSignedIn, NotAllowed: `who` may not; or it is past being revised.
        Coded: OWN_LIMIT, DUPLICATE: As `turned`.
        BadMessage: It has no such section, or the words are too many.
    """
    actor = require(who, Power.FILING_DRAFT, None, now_ms).account
    if not row.is_revisable:
        raise NotAllowed("This has been decided on: it is not revised any more.")
    _require_read(row, revision)
    _require_room(row)
    if not remarks.keys() <= {one.word for one in row.sections}:
        raise BadMessage("It has no such section.")
    sections = tuple(
        Section(one.word, one.lines, words_of(remarks.get(one.word, one.remarks)))
        for one in row.sections
    )
    return FilingRevised(row.filing, row.seq, actor, sections)


def words_of(text: str) -> str:
    """What people write into a filing, in its bounds; lines stay lines.

    Raises:
        BadMessage: It is too long.
    """
    if len(text) > TEXT_MAX:
        raise BadMessage(f"At most {TEXT_MAX} characters.")
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(clean_text(line) for line in lines).strip()


def reference_of(text: str) -> str:
    """A receipt or a reference of the department's.

    Raises:
        BadMessage: There is none, or it is too long.
    """
    cleaned = " ".join(clean_text(text).split())
    if not 1 <= len(cleaned) <= RECEIPT_MAX:
        raise BadMessage(f"The department's number is 1 to {RECEIPT_MAX} characters.")
    return cleaned


# --- what follows


def concerns_owner(measure: Measure, *, is_owner: bool) -> bool:
    """Whether a step is against a room, or against whoever keeps one as such.

    Article: articles.Article.MEASURES_ON_OPERATORS
    """
    if measure.step in ROOM_STEPS or Function.ROOMS in measure.functions:
        return True
    return is_owner and measure.room is None


def after_ruling(ruling: Ruling, term_ms: int) -> list[FilingBegun]:
    """What has to be reported because a case was decided: one item, however much it comes to.

    Args:
        ruling: The decision.
        term_ms: Within what time.
    """
    begun = [
        _notice(one, ruling.at_ms, term_ms) for one in ruling.measures if one.step is Step.FORBID
    ]
    is_unlawful = ruling.confirms_violation and ruling.klass is Klass.ILLEGAL
    is_against_owner = any(concerns_owner(one, is_owner=ruling.is_owner) for one in ruling.measures)
    if is_unlawful or is_against_owner:
        begun.append(_item_of_ruling(ruling, term_ms))
    return begun


def _item_of_ruling(ruling: Ruling, term_ms: int) -> FilingBegun:
    case, decided = ruling.case, ruling.decided
    subject = f"case:{case.case_id}"
    where = [Line("case", case.case_id)]
    if case.subject.room is not None:
        where.append(Line("room", case.subject.room))
    if case.subject.room is not None and ruling.origin is not None:
        subject = comment_subject(case.subject.room, ruling.origin)
        where.append(Line("entry", str(ruling.origin)))
    if case.subject.number is not None:
        where.append(Line("number", str(case.subject.number)))
    summary = Section(
        Topic.SUMMARY,
        (
            Line("category", decided.category),
            Line("outcome", decided.outcome.value),
            Line("opened", str(case.opened_ms)),
            Line("decided", str(ruling.at_ms)),
            Line("reports", str(case.reports_count)),
        ),
    )
    sections = (summary, Section(Topic.EVIDENCE, tuple(where)), _measures(ruling.measures))
    return _due(FilingKind.ITEM, subject, ruling.at_ms, term_ms, sections)


def after_measure(
    taken: MeasureTaken, at_ms: Millis, term_ms: int, *, is_owner: bool
) -> list[FilingBegun]:
    """What has to be reported because a step was taken outside of any case.

    Args:
        taken: The step.
        at_ms: When.
        term_ms: Within what time.
        is_owner: Whether the account keeps a room of its own.
    """
    measure = taken.measure
    if measure.step is Step.FORBID:
        return [_notice(measure, at_ms, term_ms)]
    is_unlawful = measure.step in _REMOVING and class_of(measure.category) is Klass.ILLEGAL
    if not is_unlawful and not concerns_owner(measure, is_owner=is_owner):
        return []
    subject, where = f"measure:{measure.measure_id}", [Line("measure", measure.measure_id)]
    if measure.room is not None:
        where.append(Line("room", measure.room))
    if measure.room is not None and measure.origin is not None:
        subject = comment_subject(measure.room, measure.origin)
        where.append(Line("entry", str(measure.origin)))
    if measure.number is not None:
        where.append(Line("number", str(measure.number)))
    summary = (Line("category", measure.category), Line("decided", str(at_ms)))
    sections = (
        Section(Topic.SUMMARY, summary),
        Section(Topic.EVIDENCE, tuple(where)),
        _measures([measure]),
    )
    return [_due(FilingKind.ITEM, subject, at_ms, term_ms, sections)]


def _notice(measure: Measure, at_ms: Millis, term_ms: int) -> FilingBegun:
    summary = Section(
        Topic.SUMMARY, (Line("category", measure.category), Line("decided", str(at_ms)))
    )
    where = Section(Topic.EVIDENCE, (Line("measure", measure.measure_id),))
    sections = (summary, where, _measures([measure]))
    subject = f"measure:{measure.measure_id}"
    return _due(FilingKind.BLACKLIST, subject, at_ms, term_ms, sections)


def comment_subject(room: RoomId, origin: Seq) -> str:
    """What an item about one comment is about, however it came to be."""
    return f"comment:{room}/{origin}"


def _measures(measures: Sequence[Measure]) -> Section:
    lines = [Line("step", one.measure_id, about=one.step.value) for one in measures]
    return Section(Topic.MEASURES, tuple(lines))


def _due(
    kind: FilingKind, subject: str, at_ms: Millis, term_ms: int, sections: tuple[Section, ...]
) -> FilingBegun:
    return FilingBegun(kind, subject, Millis(at_ms + term_ms), actor=None, sections=sections)
