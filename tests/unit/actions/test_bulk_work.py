import pytest

from danmaku.actions.back_scans import ScanDraft
from danmaku.actions.rule_office import RuleOffice
from danmaku.config import StoreSettings
from danmaku.domain.account import Bundle
from danmaku.domain.rule_facts import ScanPhase, Treatment
from danmaku.errors import Coded, StoreDown
from danmaku.store.sift import Sifter

HALF = """
[[rule]]
id = "half"
category = "spam"
class = "negative"
action = "refuse"
words = ["golly"]
"""
COMMENTS = 80


class Breaking:
    """A way to the record that is lost after some commits."""

    def __init__(self, record, commits):
        self._record, self._left = record, commits

    async def commit(self, *appends):
        if self._left == 0:
            raise StoreDown("gone")
        self._left -= 1
        return await self._record.commit(*appends)


def office_over(house, folder, record=None):
    return RuleOffice.over(
        record or house.store,
        house.store,
        rules=house.rules,
        sifter=Sifter(StoreSettings(data_dir=folder), house.store.readers),
        freshen=house.people.standings.freshen,
        clock=house.clock,
        telemetry=house.telemetry,
        micros_max=1_000_000,
        build_s=30,
        node="n1",
        nodes_count=lambda: 1,
        report_ms=3_600_000,
    )


@pytest.fixture
async def eve(house):
    """A chief editor, in a house where half of what was said has the word in it."""
    await house.room()
    ann, eve = await house.person("ann"), await house.person("eve", Bundle.CHIEF_EDITOR)
    for n in range(COMMENTS):
        await house.say(ann, f"golly {n}" if n % 2 else f"hello {n}")
    house.clock.now_ms += 1
    return eve


async def begun(office, eve, treatment=Treatment.RECALL, rules=HALF):
    draft = (await office.book.draft(eve, rules, "")).draft
    asked = ScanDraft(draft, treatment=treatment, why="half of it")
    preview = await office.scans.preview(eve, asked)
    return preview.report, await office.scans.begin(eve, preview.draft, preview.report)


def gone(texts):
    return sum(text is None for text in texts.values())


async def test_half_of_the_record_goes_as_previewed_and_comes_back(house, eve, tmp_path):
    office = office_over(house, tmp_path)
    report, scan = await begun(office, eve)

    await office.works[0].finish()
    row = await office.book.lives.scan(scan)
    assert (row.phase, row.turned.hits) == (ScanPhase.ENDED, COMMENTS // 2)
    assert gone(await house.texts()) == report.hits == COMMENTS // 2
    [taken, *_] = await office.book.lives.scan_measures(scan, after="", limit=1)
    await house.offices.measures.reverse(eve, taken.fact.measure.measure_id, "this one was fine")
    assert gone(await house.texts()) == COMMENTS // 2 - 1

    await office.scans.undo(eve, scan)
    await office.works[0].finish()
    assert gone(await house.texts()) == 0
    assert (await office.book.lives.scan(scan)).phase is ScanPhase.UNDONE


@pytest.mark.parametrize("treatment", list(Treatment))
async def test_what_broke_off_goes_on_and_takes_nothing_twice(house, eve, tmp_path, treatment):
    office = office_over(house, tmp_path)
    report, scan = await begun(office, eve, treatment)
    commits = 20 if treatment is Treatment.RECALL else 50
    broken = office_over(house, tmp_path, Breaking(house.store, commits))
    with pytest.raises(StoreDown):
        await broken.works[0].finish()
    first = gone(await house.texts())

    await office.works[0].finish()

    assert 0 < first < report.hits
    assert gone(await house.texts()) == report.hits
    measures = await office.book.lives.scan_measures(scan, after="", limit=1000)
    assert len(measures) == report.hits
    assert (await office.book.lives.scan(scan)).turned.hits == report.hits


async def test_one_runs_at_a_time_and_can_be_stopped(house, eve, tmp_path):
    office = office_over(house, tmp_path)
    _, scan = await begun(office, eve)
    with pytest.raises(Coded, match="Another"):
        await begun(office, eve)

    await office.scans.stop(eve, scan)
    await office.works[0].finish()

    assert gone(await house.texts()) == 0
