"""Reports in a room, answered by those who keep it: in time, or the platform answers them.

Article: articles.Article.OPERATORS_DUTY
"""

from collections.abc import Callable
from dataclasses import dataclass

from danmaku.actions.case_book import CaseBook
from danmaku.actions.case_parties import told_of
from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.existing import comment_numbered
from danmaku.actions.hiding import hidden_by, reported
from danmaku.actions.keepers import Keepers
from danmaku.domain.account import Power, Standing
from danmaku.domain.case_facts import CaseEscalated
from danmaku.domain.cases import CaseOutcome, Desk
from danmaku.domain.comment import Comment, CommentStatus, RecalledBy, clean_text
from danmaku.domain.duty import REPORTS_LOOKED_AT, Duty, HiddenShare, duty_of, share_of
from danmaku.domain.grants import require, require_other
from danmaku.domain.ids import PLATFORM, Millis, RoomId, Seq
from danmaku.domain.keeping import Finding, checked_note, due_ms
from danmaku.domain.keeping_facts import ReportAnswered
from danmaku.domain.petitions import RoomReport
from danmaku.errors import Code, Coded, NotFound
from danmaku.ports import Append, Clock, Reader, Record


@dataclass(frozen=True, slots=True)
class Shown:
    """A report as the keepers of its room see it: never who sent it."""

    row: RoomReport
    comment: Comment | None  # None: it is about the room
    due_ms: Millis

    def is_ours(self, now_ms: Millis) -> bool:
        """Whether it waits for the keepers of the room."""
        return self.row.answered_ms is None and now_ms < self.due_ms


class RoomReports:
    """See the module.

    Args:
        report_ms: Within what time the department hears of what was unlawful.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        reader: Reader,
        keepers: Keepers,
        book: CaseBook,
        *,
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
        report_ms: int,
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._reader = reader
        self._keepers = keepers
        self._book = book
        self._clock = clock
        self._new_id = new_id
        self._report_ms = report_ms

    async def of_room(self, who: Standing | None, room: RoomId) -> list[Shown]:
        """Reports about a room and its comments, newest first, with the time they have.

        Raises:
            NotSignedIn, NotAllowed: `who` does not answer reports there.
        """
        require(who, Power.REPORT_ANSWER, room, self._clock())
        return [await self._shown(row) for row in await self._keepers.room_reports(room)]

    async def _shown(self, row: RoomReport) -> Shown:
        fact, due = row.fact, due_ms(row.at_ms)
        if fact.room is None or fact.number is None:
            return Shown(row, None, due)
        found = await self._reader.comment(fact.room, fact.number)
        return Shown(row, None if found is None else found[1], due)

    async def answer(
        self, who: Standing | None, room: RoomId, report: Seq, finding: Finding, note: str = ""
    ) -> None:
        """Decide on a report; one that is right about a comment hides it in the same commit.

        Args:
            who: Who answers reports in the room; whoever does so everywhere may do it late.
            room: Where.
            report: Seq of the entry that filed it.
            finding: What they say of it.
            note: Why, for the record.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
            NotFound: The room has no such report that waits.
            Coded: OWN_INTEREST: it is about a comment of theirs; NOT_GRANTED: its time is over, and
                it is the platform's.
            BadMessage: The note is too long.
        """
        said = clean_text(checked_note(note))
        measure_id = self._new_id()

        async def decide(asker: Standing | None) -> list[Append]:
            now_ms = self._clock()
            keeper = require(asker, Power.REPORT_ANSWER, room, now_ms)
            row = await self._keepers.report(report)
            if row is None or row.fact.room != room or row.answered_ms is not None:
                raise NotFound("There is no such report.")
            is_late = due_ms(row.at_ms) <= now_ms
            if is_late and not keeper.may(Power.REPORT_ANSWER, None, now_ms):
                raise Coded(Code.NOT_GRANTED, "Its time is over: the platform answers it.")
            fact = ReportAnswered(report, keeper.account, finding, said)
            hidden = await self._hidden(keeper, row, measure_id, finding)
            return [Append(PLATFORM, fact), *hidden, *await self._told(row, finding, said)]

        await self._decisions.carry(who, decide)

    async def _told(self, row: RoomReport, finding: Finding, said: str) -> list[Append]:
        filed = await self._book.filed(row.fact.receipt)
        if filed is None:
            return []
        outcome = CaseOutcome(finding.value)
        return await told_of(self._book, filed.case.case_id, outcome, said)

    async def pass_on(self, who: Standing | None, room: RoomId, report: Seq, note: str) -> None:
        """Leave a report to the platform before its time.

        Raises:
            NotSignedIn, NotAllowed: `who` answers no reports in the room.
            NotFound: The room has no such report that waits for its keepers.
            BadMessage: The note is too long.
        """
        said = clean_text(checked_note(note))

        async def decide(asker: Standing | None) -> list[Append]:
            now_ms = self._clock()
            keeper = require(asker, Power.REPORT_ANSWER, room, now_ms)
            row = await self._keepers.report(report)
            filed = None if row is None else await self._book.filed(row.fact.receipt)
            if row is None or row.fact.room != room or filed is None:
                raise NotFound("There is no such report.")
            case = filed.case
            if case.ending is not None or case.waits_at(now_ms) is not Desk.KEEPERS:
                raise NotFound("This report does not wait for you any more.")
            fact = CaseEscalated(case.case_id, keeper.account, Desk.PLATFORM, said)
            return [Append(PLATFORM, fact)]

        await self._decisions.carry(who, decide)

    async def _hidden(
        self, keeper: Standing, row: RoomReport, measure_id: str, finding: Finding
    ) -> list[Append]:
        """What an answer does to the comment that the report is about."""
        fact = row.fact
        if fact.room is None or fact.number is None:
            return []
        comment, author = await comment_numbered(self._reader, fact.room, fact.number)
        require_other(keeper, author)
        if finding is Finding.REJECTED or comment.status is not CommentStatus.PUBLISHED:
            return []
        hidden = hidden_by(
            keeper,
            fact.room,
            comment,
            author,
            by=RecalledBy.ROOM,
            category=fact.category,
            measure_id=measure_id,
            now_ms=self._clock(),
        )
        return reported(hidden, self._report_ms)

    async def duty(self, who: Standing | None, room: RoomId) -> Duty:
        """How the room's keepers do their duty.

        Raises:
            NotSignedIn, NotAllowed: `who` answers no reports there.
        """
        require(who, Power.REPORT_ANSWER, room, self._clock())
        reports = await self._keepers.answers(room, limit=REPORTS_LOOKED_AT)
        return duty_of(reports, self._clock())

    async def share(self, room: RoomId) -> HiddenShare:
        """How much the room's keepers have hidden, and why: anybody may ask.

        Raises:
            NotFound: There is no such room.
        """
        row = await self._reader.room(room)
        if row is None:
            raise NotFound("There is no such room.")
        return share_of(row.comments_count, await self._keepers.hidden(room))
