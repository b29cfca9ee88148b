"""Orders of the department: entered under their reference, carried out in the same commit.

An order is carried out by what the house has anyway, a control or a measure, and ends with it: by
time, without anybody doing anything. That it has ended is entered all the same.

Article: articles.Article.ORDERS, articles.Article.COMPLAINTS_INSPECTED
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from danmaku.actions.controls import Controls
from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.filing_book import LISTED_MAX, FilingBook
from danmaku.actions.measures import MeasureDraft, Measures
from danmaku.domain.account import Power, Standing
from danmaku.domain.controls import Control
from danmaku.domain.filing_facts import (
    FilingBegun,
    FilingKind,
    Line,
    OrderAct,
    OrderEnded,
    OrderEntered,
    Section,
)
from danmaku.domain.filings import OrderRow, Topic, reference_of, words_of
from danmaku.domain.grants import require, require_unless_operator
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.measures import NOTE_MAX, Step
from danmaku.domain.people_facts import MeasureTaken
from danmaku.domain.room import ReviewMode
from danmaku.errors import BadMessage, NotFound, NotSignedIn, Stale
from danmaku.ports import Append, Clock, Record

log = structlog.get_logger(__name__)

CATEGORY = "illegal"  # on what ground an order acts

_MODES = {OrderAct.CLOSED: ReviewMode.CLOSED, OrderAct.EVERY: ReviewMode.EVERY}


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """What the department orders; nothing in it has been checked but its types."""

    reference: str
    act: OrderAct
    text: str = ""
    room: RoomId | None = None
    number: Number | None = None
    login: str | None = None
    lasts_ms: int | None = None


class Orders:
    """See the module.

    Args:
        record: For writing.
        book: The same, for reading.
        controls: Carry out what is about rooms.
        measures: Carry out what is about a comment or an account.
        freshen: Asked for standings that have moved on.
        clock: Wall time.
        new_id: Gives ids of orders and measures.
        report_ms: Within what time the department hears what was done.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        book: FilingBook,
        controls: Controls,
        measures: Measures,
        *,
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
        report_ms: int,
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._book = book
        self._controls = controls
        self._measures = measures
        self._clock = clock
        self._new_id = new_id
        self._report_ms = report_ms

    async def listed(
        self, who: Standing | None, *, standing: bool = False, before: Seq | None = None
    ) -> list[OrderRow]:
        """Orders, newest first, a page at a time: all, or those that stand.

        Raises:
            NotSignedIn, NotAllowed: `who` reads no reports; None is the operator.
        """
        require_unless_operator(who, Power.REPORT_READ, None, self._clock())
        return await self._book.orders(standing=standing, before=before, limit=LISTED_MAX)

    async def enter(self, who: Standing | None, draft: OrderDraft) -> str:
        """Enter an order and carry it out; its id comes back.

        Raises:
            NotSignedIn: Nobody answers for it by name.
            NotAllowed: `who` sets no controls; or another order holds there.
            NotFound: There is no such room, comment or account.
            BadMessage: It has no reference, or cannot be carried out as it stands.
        """
        if (fault := _fault_in(draft)) is not None:
            raise BadMessage(fault)
        order_id, measure_id = self._new_id(), self._new_id()
        reference, text = reference_of(draft.reference), words_of(draft.text)

        async def decide(asker: Standing | None) -> list[Append]:
            actor = self._entrant(asker)
            until_ms = None
            if draft.lasts_ms is not None:
                until_ms = Millis(self._clock() + draft.lasts_ms)
            done = await self._carrying_out(asker, draft, order_id, measure_id, until_ms)
            ordered = OrderEntered(
                instruction_id=order_id,
                reference=reference,
                act=draft.act,
                actor=actor,
                room=draft.room,
                number=draft.number,
                until_ms=until_ms,
                text=text,
            )
            entered = _carried_out(ordered, done)
            report = _report_on(entered, Millis(self._clock() + self._report_ms))
            return [*done, Append(PLATFORM, entered), Append(PLATFORM, report)]

        await self._decisions.carry(who, decide)
        log.info("order_entered", reference=reference, kind=draft.act.value)
        return order_id

    async def lift(self, who: Standing | None, order_id: str, reason: str) -> None:
        """Undo an order that the department takes back.

        Raises:
            NotSignedIn, NotAllowed: As `enter`.
            NotFound: There is no such order, or it has ended.
            BadMessage: No reason is given, or too much of one.
        """
        said = words_of(reason)
        if not said:
            raise BadMessage("Say why.")

        async def decide(asker: Standing | None) -> list[Append]:
            actor = self._entrant(asker)
            row = await self._book.order(order_id)
            if row is None or row.ended is not None:
                raise NotFound("There is no such order, or it has ended.")
            fact = row.fact
            ended = Append(PLATFORM, OrderEnded(order_id, fact.reference, actor, said))
            return [ended, *await self._undoing(asker, fact, said)]

        await self._decisions.carry(who, decide)

    async def end_due(self) -> list[OrderRow]:
        """Enter that orders have ended whose time is over; those come back.

        What carried them out has ended by then: no record has to be fresh for that.
        """
        ended: list[OrderRow] = []
        for row in await self._book.orders_over(self._clock(), limit=LISTED_MAX):
            fact = OrderEnded(row.fact.instruction_id, row.fact.reference, actor=None)

            async def decide(_asker: Standing | None, fact: OrderEnded = fact) -> Sequence[Append]:
                now = await self._book.order(fact.instruction_id)
                is_over = now is None or now.ended is not None
                return [] if is_over else [Append(PLATFORM, fact)]

            try:
                if await self._decisions.carry(None, decide):
                    ended.append(row)
            except Stale:
                continue  # the next look finds how it came out
        return ended

    def _entrant(self, who: Standing | None) -> AccountId:
        if who is None:
            raise NotSignedIn("Somebody answers for an order, by name.")
        return require(who, Power.CONTROL_SET, None, self._clock()).account

    async def _carrying_out(
        self,
        asker: Standing | None,
        draft: OrderDraft,
        order_id: str,
        measure_id: str,
        until_ms: Millis | None,
    ) -> list[Append]:
        reference = reference_of(draft.reference)
        if (mode := _MODES.get(draft.act)) is not None:
            assert until_ms is not None  # or it would not fit
            control = Control(draft.room, mode, until_ms, reference)
            return await self._controls.laying(asker, control, reference)
        is_recall = draft.act is OrderAct.RECALL
        wanted = MeasureDraft(
            Step.DELETE if is_recall else Step.SUSPEND,
            CATEGORY,
            reference,
            login=draft.login,
            room=draft.room,
            number=draft.number,
            lasts_ms=draft.lasts_ms,
        )
        return await self._measures.taking(asker, wanted, measure_id, order=order_id)

    async def _undoing(
        self, asker: Standing | None, order: OrderEntered, reason: str
    ) -> list[Append]:
        if order.measure_id is not None:
            said, order_id = reason[:NOTE_MAX], order.instruction_id
            try:
                return await self._measures.undoing(asker, order.measure_id, said, order=order_id)
            except NotFound:
                return []  # undone alone, as it once could be
        laid = (order.room, order.reference, order.until_ms)
        held = {(one.scope, one.reference, one.until_ms) for one in self._controls.in_force()}
        if laid not in held:
            return []  # its time is over: what holds there now is of somebody else's
        actor = None if asker is None else asker.account
        return self._controls.giving_back(order.room, order.reference, actor, reason)


def _fault_in(draft: OrderDraft) -> str | None:
    """What an order says too little or too much: it would be told to the department, and not done.

    Article: articles.Article.ORDERS
    """
    where, login, has_end = (draft.room, draft.number), draft.login, draft.lasts_ms is not None
    if draft.act is OrderAct.RECALL:
        is_whole = None not in where and login is None and not has_end
        return None if is_whole else "A recall names a comment, nobody else, and has no end."
    if draft.act is OrderAct.SUSPEND:
        is_whole = login is not None and where == (None, None)
        return None if is_whole else "A suspension names an account and nothing else."
    is_whole = has_end and (draft.number, login) == (None, None)
    return None if is_whole else "Such an order names a room or nothing, and has an end."


def _carried_out(order: OrderEntered, done: Sequence[Append]) -> OrderEntered:
    """The order with the measure that carries it out, and whom that is against."""
    taken = next((one.fact for one in done if isinstance(one.fact, MeasureTaken)), None)
    if taken is None:
        return order
    return replace(order, account=taken.account, measure_id=taken.measure.measure_id)


def _report_on(order: OrderEntered, due_ms: Millis) -> FilingBegun:
    """What the department is told about its order."""
    stated = [
        Line("reference", order.reference),
        Line("act", order.act.value),
        Line("room", order.room or ""),
        Line("number", "" if order.number is None else str(order.number)),
        Line("until", "" if order.until_ms is None else str(order.until_ms)),
    ]
    done = Line("measure", order.measure_id) if order.measure_id else Line("control", order.act)
    sections = (
        Section(Topic.SUMMARY, tuple(line for line in stated if line.value)),
        Section(Topic.MEASURES, (done,)),
    )
    subject = f"order:{order.instruction_id}"
    return FilingBegun(FilingKind.ORDER, subject, due_ms, actor=None, sections=sections)
