"""Looking at a share of what the staff decide a second time, by somebody who knows nothing of it.

Which decisions are drawn follows from the record: from the link of the entry that holds the
decision. Nobody knows that link before the entry is written, and everybody can reckon it after.

Article: articles.Article.STAFF_BOUND
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from danmaku.domain.cases import Subject, SubjectKind
from danmaku.domain.ids import AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.times import DAY_MS

PERMILLE = 1000
WAITS_MS = 30 * DAY_MS  # what nobody has looked at by then is left: its text goes, staff change
_DRAWN_BYTES = 8


@dataclass(frozen=True, slots=True)
class Judged:
    """What one of the staff has decided about a comment, and in which entry it stands."""

    chain: RoomId
    seq: Seq
    at_ms: Millis
    decider: AccountId
    room: RoomId
    origin: Seq  # private id of the comment
    number: Number | None
    measure_id: str | None  # that took the comment away
    violates: bool
    category: str

    @property
    def subject(self) -> Subject:
        """What is argued about if a second look disagrees: the measure, else the comment.

        A refused comment has no number; one that was let stand has no measure.
        """
        if self.measure_id is not None:
            return Subject(SubjectKind.COMMENT, self.room, self.number, measure_id=self.measure_id)
        if self.violates:
            return Subject(SubjectKind.COMMENT, self.room, origin=self.origin)
        return Subject(SubjectKind.COMMENT, self.room, self.number)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far decisions were looked at: measures by their entry, cases by their end."""

    seq: Seq
    ms: Millis


BEGINNING = Cursor(Seq(0), Millis(0))


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn of the decisions between two cursors."""

    drawn: tuple[Judged, ...]
    before: Cursor
    after: Cursor
    has_more: bool  # decisions to look through


@dataclass(frozen=True, slots=True)
class Recheck:
    """A decision that was drawn, and what the second look said."""

    recheck: Seq  # of the entry that drew it
    judged: Judged
    drawn_ms: Millis
    second: AccountId | None = None  # None: nobody has looked yet
    says_violates: bool | None = None
    says_category: str | None = None

    def waits(self, now_ms: Millis) -> bool:
        """Whether somebody is still to look."""
        return self.second is None and now_ms <= self.drawn_ms + WAITS_MS

    @property
    def agrees(self) -> bool | None:
        """Whether both say the same; None: nobody has looked yet."""
        return None if self.says_violates is None else self.says_violates == self.judged.violates


def is_drawn(link: bytes, permille: int) -> bool:
    """Whether the decision in an entry is looked at again.

    Args:
        link: Of that entry.
        permille: How many of a thousand are, in the long run.
    """
    ticket = int.from_bytes(link[:_DRAWN_BYTES])
    return ticket * PERMILLE < permille << (8 * _DRAWN_BYTES)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often second looks said the same."""

    looked: int
    agreed: int

    @property
    def share(self) -> float | None:
        """Of those looked at; None: none was."""
        return self.agreed / self.looked if self.looked else None


def agreements(seconds: Iterable[tuple[str, bool, int]]) -> Mapping[str, Agreement]:
    """Count second looks by a word: a category, or who decided first.

    Args:
        seconds: A word, whether both said the same, and how often that was so.
    """
    looked: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    for word, agrees, count in seconds:
        looked[word] += count
        agreed[word] += count if agrees else 0
    return {word: Agreement(looked[word], agreed[word]) for word in sorted(looked)}
