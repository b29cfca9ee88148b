"""What every store tells of filings and orders; see `store_contract`."""

import asyncio
from dataclasses import replace

import pytest

from danmaku.domain.filing_facts import (
    FilingBegun,
    FilingKind,
    FilingRevised,
    FilingState,
    FilingTurned,
    OrderAct,
    OrderEnded,
    OrderEntered,
    Risk,
    WeaknessMended,
)
from danmaku.domain.filings import FilingFilter
from danmaku.domain.ids import Millis
from danmaku.errors import Code, Coded, Stale
from tests.contract.facts import ANN, BEN, SECTIONS, on_platform

SOON, LATER = Millis(1_000), Millis(9_000_000_000_000)
ANYTHING = FilingFilter()
ITEM = FilingBegun(FilingKind.ITEM, "comment:demo/5", Millis(5_000), None, sections=SECTIONS)
WEAK = FilingBegun(FilingKind.WEAKNESS, "w1", Millis(50), ANN, Risk.HIGH, SECTIONS)
ORDER = OrderEntered(
    "o1", "2026-17", OrderAct.CLOSED, ANN, until_ms=Millis(500), text="Close it all."
)


async def begun(store, fact=ITEM):
    [entry] = await store.commit(on_platform(fact))
    return entry.seq


def turned(filing, after, state, actor=BEN, revision=None, **more):
    return FilingTurned(filing, after, state, revision or filing, actor, **more)


class FilingContract:
    async def test_what_is_begun_stands_as_a_draft_with_its_words(self, store):
        filing = await begun(store)

        [row] = await store.filing_book.filings(ANYTHING, SOON, limit=9)

        assert (row.filing, row.state, row.begun) == (filing, FilingState.DRAFT, ITEM)
        assert (row.sections, row.receipt, row.history) == (SECTIONS, "", ())

    async def test_of_a_subject_one_is_open_at_a_time(self, store):
        filing = await begun(store)
        assert await begun(store, replace(ITEM, sections=())) == filing
        both = await asyncio.gather(*(begun(store) for _ in range(3)))
        assert {*both} == {filing}
        [again, other] = await store.commit(
            on_platform(ITEM), on_platform(replace(ITEM, subject="comment:demo/6"))
        )
        assert (again.seq, again.repeated, other.repeated) == (filing, True, False)

        await store.commit(on_platform(turned(filing, filing, FilingState.WAIVED, note="none")))

        assert await begun(store) > filing

    async def test_turns_follow_on_each_other_and_tell_the_history(self, store):
        filing = await begun(store)
        [revised] = await store.commit(on_platform(FilingRevised(filing, filing, ANN, ())))
        ready = turned(filing, revised.seq, FilingState.READY, revision=revised.seq)
        [turn] = await store.commit(on_platform(ready))

        with pytest.raises(Stale):
            await store.commit(on_platform(ready))
        with pytest.raises(Coded) as refusal:
            await store.commit(on_platform(replace(ready, filing=turn.seq)))

        assert refusal.value.code is Code.NOT_FOUND
        row = await store.filing_book.filing(filing)
        assert (row.state, row.sections, row.revision) == (FilingState.READY, (), revised.seq)
        assert [one.seq for one in row.history] == [filing, revised.seq, turn.seq]
        assert row.writers == {ANN, BEN}
        assert await store.filing_book.filing(turn.seq) is None

    async def test_lists_are_of_a_kind_a_state_or_late(self, store):
        filing, weak = await begun(store), await begun(store, WEAK)
        sent = turned(filing, filing, FilingState.SUBMITTED, receipt="no. 7")
        await store.commit(on_platform(sent))

        async def listed(now_ms=SOON, **wanted):
            rows = await store.filing_book.filings(FilingFilter(**wanted), now_ms, limit=9)
            return [row.filing for row in rows]

        assert await listed() == [weak, filing]
        assert await listed(kind=FilingKind.ITEM) == [filing]
        assert await listed(state=FilingState.DRAFT) == [weak]
        assert await listed(is_open=True) == [weak]
        assert await listed(is_overdue=True) == [weak]
        assert await listed(Millis(1), is_overdue=True) == []
        assert await listed(is_dangerous=True) == [weak]
        page = await store.filing_book.filings(ANYTHING, SOON, before=weak, limit=1)
        assert [row.receipt for row in page] == ["no. 7"]

    async def test_what_waits_is_counted(self, store):
        weak = await begun(store, WEAK)
        await begun(store)
        before = await store.filing_book.backlog(SOON)

        await store.commit(on_platform(WeaknessMended(weak, weak, BEN, remedy="mended")))

        after = await store.filing_book.backlog(LATER)
        assert before.open_count == {FilingKind.WEAKNESS: 1, FilingKind.ITEM: 1}
        assert before.overdue_count == {FilingKind.WEAKNESS: 1}
        assert (before.weakness_count, after.weakness_count) == ({Risk.HIGH: 1}, {})
        assert after.overdue_count == {FilingKind.WEAKNESS: 1, FilingKind.ITEM: 1}
        assert (await store.filing_book.filing(weak)).is_mended

    async def test_an_order_is_over_once_an_entry_says_so(self, store):
        book = store.filing_book
        await store.commit(on_platform(ORDER))
        standing = replace(ORDER, instruction_id="o2", until_ms=None, account=BEN)
        await store.commit(on_platform(standing))
        with pytest.raises(Coded) as twice:
            await store.commit(on_platform(ORDER))
        due = await book.orders_over(SOON, limit=9)
        ended = OrderEnded("o1", "2026-17", None, "over")
        await store.commit(on_platform(ended))
        with pytest.raises(Stale):
            await store.commit(on_platform(ended))
        with pytest.raises(Coded) as unknown:
            await store.commit(on_platform(replace(ended, instruction_id="o9")))

        assert (twice.value.code, unknown.value.code) == (Code.DUPLICATE, Code.NOT_FOUND)
        assert [row.fact for row in due] == [ORDER]
        assert await book.orders_over(LATER, limit=9) == []
        assert [(row.fact, row.ended) for row in await book.orders(limit=9)] == [
            (standing, None),
            (ORDER, ended),
        ]
        assert (await book.order("o2")).fact == standing
        assert await book.order("o9") is None
