"""What other rules make of comments that are there already: counted, so that no text is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from danmaku.domain.bulk_recalls import Pick, Picked
from danmaku.domain.ids import Millis, Number, RoomId, Seq
from danmaku.domain.times import DAY_MS
from danmaku.filter.changes import Change, change_of
from danmaku.filter.findings import Findings
from danmaku.filter.rules import Action

ROOMS_MAX: Final = 500  # told by name; the others are counted together
DAYS_MAX: Final = 400
MOVES_MAX: Final = 500
RULES_MAX: Final = 5_000
SAMPLE_MAX: Final = 50
OTHERS: Final = ""
"""What stands for all that a report has no row of its own for."""


@dataclass(frozen=True, slots=True)
class Sift:
    """Which comments are to be judged again: as at the end of the stretch, whenever that is.

    `after` is the last one that was looked at; `acts` asks for what shall be acted on, and for no
    report. `pick`: not what rules object to, but what somebody has chosen.
    """

    upto_ms: Millis  # comments received before that; rules that have expired by then say nothing
    since_ms: Millis | None = None
    room: RoomId | None = None
    after: tuple[RoomId, Seq] | None = None
    acts: bool = False
    pick: Pick | None = None


class Written(NamedTuple):
    """A comment as it was written; `text` is None once it was erased.

    `stands`: it is published as it came in, and no person has decided about it since. Only such
    ones does a back-scan touch.
    """

    room: RoomId
    origin: Seq
    number: Number | None
    at_ms: Millis
    text: str | None
    stands: bool


@dataclass(frozen=True, slots=True)
class ScanHit:
    """A published comment to act on, and the rule that objects to it; empty: none was asked."""

    room: RoomId
    origin: Seq
    number: Number
    rule_id: str
    category: str


@dataclass(frozen=True, slots=True)
class Told:
    """One comment that would fare otherwise."""

    room: RoomId
    number: Number | None
    origin: Seq
    was: str
    would: str


@dataclass(slots=True)
class RuleReport:
    """What would change, in numbers.

    Attributes:
        hits: What a back-scan would act on.
        changes: By the words of `Change`.
        moves: From what to what, as "pass > hold (spam)".
        rules: By rule and action: comments in which it finds something.
        rooms, days: Comments that would fare otherwise; days by their first millisecond.
    """

    comments: int = 0
    erased: int = 0
    hits: int = 0
    changes: dict[str, int] = field(default_factory=dict)
    moves: dict[str, int] = field(default_factory=dict)
    rules: dict[str, dict[str, int]] = field(default_factory=dict)
    rooms: dict[str, int] = field(default_factory=dict)
    days: dict[str, int] = field(default_factory=dict)
    sample: list[Told] = field(default_factory=list)

    def note(
        self, written: Written, was: tuple[Action, str | None], would: Findings
    ) -> Change | None:
        """Count one comment.

        Args:
            written: The comment.
            was: Action and category by the rules that it is held against.
            would: What the other rules say.

        Returns:
            What would change; None: it was erased.
        """
        if written.text is None:
            self.erased += 1
            return None
        self.comments += 1
        if hit_in(written, would) is not None:
            self.hits += 1
        for rule_id, action in {(hit.rule_id, hit.action.value) for hit in would.hits}:
            self._note_rule(rule_id, action)
        change = change_of(*was, would)
        _count(self.changes, change.value, len(Change))
        if change is not Change.SAME:
            self._note_change(written, _said(*was), _said(would.action, would.category))
        return change

    def note_clean(self, comments: int) -> None:
        """Count comments in which neither these rules nor the others find anything."""
        if comments:
            self.comments += comments
            _count(self.changes, Change.SAME.value, len(Change), comments)

    def _note_rule(self, rule_id: str, action: str) -> None:
        known = rule_id in self.rules or len(self.rules) < RULES_MAX
        counts = self.rules.setdefault(rule_id if known else OTHERS, {})
        counts[action] = counts.get(action, 0) + 1

    def _note_change(self, written: Written, was: str, would: str) -> None:
        _count(self.moves, f"{was} > {would}", MOVES_MAX)
        _count(self.rooms, written.room, ROOMS_MAX)
        _count(self.days, str(written.at_ms // DAY_MS * DAY_MS), DAYS_MAX)
        if len(self.sample) < SAMPLE_MAX:
            told = Told(written.room, written.number, written.origin, was, would)
            self.sample.append(told)


def _count(counts: dict[str, int], key: str, rows_max: int, more: int = 1) -> None:
    if key not in counts and len(counts) >= rows_max:
        key = OTHERS
    counts[key] = counts.get(key, 0) + more


def _said(action: Action, category: str | None) -> str:
    return action.value if category is None else f"{action.value} ({category})"


def hit_in(written: Written, would: Findings) -> ScanHit | None:
    """What a back-scan would act on; None: nothing.

    Article: articles.Article.BETTER_METHODS
    """
    if would.action.weight < Action.HOLD.weight or not written.stands or written.number is None:
        return None
    decisive = max(would.hits, key=lambda hit: hit.action.weight, default=None)
    if decisive is None or would.category is None:
        return None
    return ScanHit(written.room, written.origin, written.number, decisive.rule_id, would.category)


@dataclass(frozen=True, slots=True)
class Sifted:
    """A stretch of comments that was looked at again.

    Attributes:
        seen: Comments in it.
        last: Where it ends.
        report: All that was found so far; None where hits were asked for.
        picked: The same, where somebody has chosen.
    """

    seen: int
    last: tuple[RoomId, Seq]
    hits: tuple[ScanHit, ...] = ()
    report: RuleReport | None = None
    picked: Picked | None = None


# --- how a rule has done

OVERTURNED_SHARE: Final = 0.5
DECIDED_MIN: Final = 5  # fewer decisions say nothing


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """What people made of what a rule had stopped.

    Attributes:
        stopped: Comments held or refused by it, and measures that rest on it.
        upheld: Of these, what a person has confirmed.
        overturned: Of these, what a person has undone or published.
    """

    rule_id: str
    stopped: int
    upheld: int
    overturned: int

    @property
    def share(self) -> float | None:
        """How much of what people looked at was wrong; None: they have not looked."""
        decided = self.upheld + self.overturned
        return self.overturned / decided if decided else None

    @property
    def is_doubtful(self) -> bool:
        """Whether it is overturned mostly."""
        share = self.share
        decided = self.upheld + self.overturned
        return share is not None and decided >= DECIDED_MIN and share >= OVERTURNED_SHARE


def track_records(
    stopped: Mapping[str, int], upheld: Mapping[str, int], overturned: Mapping[str, int]
) -> list[TrackRecord]:
    """Put the counts of each rule together, the most doubtful first."""
    records = [
        TrackRecord(rule, stopped.get(rule, 0), upheld.get(rule, 0), overturned.get(rule, 0))
        for rule in sorted(stopped.keys() | upheld.keys() | overturned.keys())
    ]
    return sorted(records, key=lambda one: (not one.is_doubtful, -(one.share or 0), -one.stopped))
