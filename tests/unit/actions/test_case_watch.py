from structlog.testing import capture_logs

from danmaku.actions.case_watch import CaseWatch
from danmaku.actions.moderation import ReportDraft
from danmaku.domain.times import DAY_MS
from tests.unit.actions.house import DEMO, house_on


async def test_the_log_hears_once_when_more_is_overdue_or_held(tmp_path):
    async with house_on(tmp_path) as house:
        people = await house.cast(ann=None)
        await house.room()
        await house.say(people["ann"], "look")
        await house.say(people["ann"], "callme")
        await house.moderation.report(None, ReportDraft("spam", DEMO, 1), source="here")
        casework = house.offices.casework
        watch = CaseWatch(
            casework.book,
            terms=casework.cases.terms,
            held_warn=1,
            clock=house.clock,
            telemetry=house.telemetry,
        )

        with capture_logs() as early:
            await watch.look()
        house.clock.now_ms += 2 * DAY_MS
        with capture_logs() as late:
            await watch.look()
            await watch.look()

        assert [line["event"] for line in early] == ["held_pile_up"]
        assert {(line["event"], line["kind"]) for line in late} == {
            ("cases_overdue", "review"),
            ("cases_overdue", "report"),
        }
        assert len(late) == 2
        gauge = house.telemetry.cases_overdue.labels("report")
        assert gauge._value.get() == 1
