import asyncio

from structlog.testing import capture_logs

from danmaku.actions.filing_watch import FilingWatch
from danmaku.actions.orders import OrderDraft
from danmaku.domain.account import Bundle
from danmaku.domain.filing_facts import FilingKind, FilingState, OrderAct, Risk
from danmaku.domain.filings import FilingFilter, Turn
from danmaku.domain.times import HOUR_MS


async def test_what_is_late_is_counted_and_told_once_and_orders_end(house):
    await house.room()
    cast = await house.cast(eve=Bundle.CHIEF_EDITOR, olga=Bundle.OPERATOR)
    office, telemetry = house.filing, house.telemetry
    parts = (office.book, office.filings, office.orders)
    watch = FilingWatch(*parts, clock=house.clock, telemetry=telemetry)
    await office.orders.enter(cast["eve"], OrderDraft("ref 1", OrderAct.EVERY, lasts_ms=HOUR_MS))
    await office.filings.register_weakness(cast["olga"], "A weakness", Risk.HIGH, "")

    with capture_logs() as first:
        await watch.look()
    house.clock.now_ms += 48 * HOUR_MS
    with capture_logs() as second:
        now = await watch.look()
    with capture_logs() as third:
        await watch.look()

    assert [line["event"] for line in first] == ["weakness_open"]
    assert [(line["event"], line.get("reference"), line.get("kind")) for line in second] == [
        ("order_ended", "ref 1", "every"),
        ("day_reported", None, None),
        ("filings_overdue", None, "order"),
        ("filings_overdue", None, "vulnerability"),
    ]
    assert third == []
    assert now.overdue_count == {FilingKind.ORDER: 1, FilingKind.WEAKNESS: 1}
    assert telemetry.filings_open.labels("order")._value.get() == 1
    assert telemetry.filings_overdue.labels("vulnerability")._value.get() == 1
    assert telemetry.weaknesses_open.labels("high")._value.get() == 1


async def test_a_day_that_is_over_has_its_report_drafted_once(house):
    await house.room()
    cast = await house.cast(eve=Bundle.CHIEF_EDITOR, rey=Bundle.REVIEWER)
    office = house.filing
    parts = (office.book, office.filings, office.orders)
    watches = [FilingWatch(*parts, clock=house.clock, telemetry=house.telemetry) for _ in range(2)]
    wanted = FilingFilter(kind=FilingKind.PERIOD)
    await watches[0].look()
    assert await office.filings.listed(None, wanted) == []

    house.clock.now_ms += 3 * 24 * HOUR_MS
    await asyncio.gather(*(watch.look() for watch in watches))
    [row] = await office.filings.listed(None, wanted)
    assert (row.state, row.begun.actor) == (FilingState.DRAFT, None)
    assert row.begun.subject == "2023-11-14T00:00Z/2023-11-15T00:00Z"

    await office.filings.turn(cast["rey"], row.filing, Turn(FilingState.READY, row.revision))
    waived = Turn(FilingState.WAIVED, row.revision, note="nothing happened")
    await office.filings.turn(cast["eve"], row.filing, waived)
    again = FilingWatch(*parts, clock=house.clock, telemetry=house.telemetry)
    await again.look()
    assert len(await office.filings.listed(None, wanted)) == 1
