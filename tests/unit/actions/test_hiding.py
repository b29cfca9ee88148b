"""Whatever takes a comment away as unlawful is reported once, by the commit that does so."""

import pytest

from danmaku.actions.bulk_recalls import BulkDraft
from danmaku.domain.account import Bundle
from danmaku.domain.case_lists import CaseFilter
from danmaku.domain.cases import CaseOutcome
from danmaku.domain.comment import Draft
from danmaku.domain.facts import CommentHeld, CommentRecalled, CommentRefused
from danmaku.domain.filing_facts import FilingKind
from danmaku.domain.filings import FilingFilter
from danmaku.domain.ids import ClientId, Number
from danmaku.domain.keeping import Finding
from danmaku.domain.live import cluster_in
from danmaku.domain.rule_facts import Treatment
from danmaku.domain.rulings import Decision
from danmaku.errors import StoreDown
from tests.unit.actions.house import DEMO
from tests.unit.actions.test_bulk_work import HALF, Breaking, begun, office_over
from tests.unit.actions.test_cases import report
from tests.unit.actions.test_filings import lines_of

ITEMS = FilingFilter(kind=FilingKind.ITEM)
UNLAWFUL_HALF = HALF.replace('"spam"', '"fraud"').replace('"negative"', '"illegal"')


@pytest.fixture
async def cast(house):
    cast = await house.cast(
        ann=None, ben=None, mia=None, rey=Bundle.REVIEWER, eve=Bundle.CHIEF_EDITOR
    )
    await house.room(owner=cast["mia"].account)
    cast["mia"] = await house.people.standings.of(cast["mia"].account)
    return cast


async def items(house):
    return await house.filing.filings.listed(None, ITEMS)


def said(row):
    return {line.word: line.value for section in row.sections for line in section.lines}


def times_of(house, fact):
    return {entry.at_ms for entry in house.announced if isinstance(entry.fact, fact)}


@pytest.mark.parametrize("who", ["rey", "mia"])
async def test_a_recall_by_staff_or_keepers_is_reported_with_it(house, cast, who):
    await house.say(cast["ann"])
    house.clock.now_ms += 5

    await house.comments.recall(cast[who], DEMO, Number(1), "porn")

    [row] = await items(house)
    assert times_of(house, CommentRecalled) == {row.begun_ms}
    assert said(row).items() >= {"category": "porn", "room": DEMO, "number": "1"}.items()


@pytest.mark.parametrize(("who", "category"), [("rey", "spam"), ("ann", "porn")])
async def test_what_is_not_unlawful_and_what_one_takes_back_is_not(house, cast, who, category):
    await house.say(cast["ann"])

    await house.comments.recall(cast[who], DEMO, Number(1), category)

    assert await items(house) == []


async def test_what_is_brought_back_and_taken_again_is_reported_once(house, cast):
    await house.say(cast["ann"])
    for _ in range(2):
        await house.comments.recall(cast["rey"], DEMO, Number(1), "porn")
        await house.comments.restore(cast["rey"], DEMO, Number(1))
    await report(house, cast["ben"], category="porn")
    casework = house.offices.casework
    [case] = await house.store.cases(CaseFilter(), house.clock())
    await casework.cases.claim(cast["eve"], case.case_id)
    await casework.rulings.decide(cast["eve"], case.case_id, Decision(CaseOutcome.UPHELD))

    assert len(await items(house)) == 1


async def test_an_answer_of_the_keepers_is_reported_with_it(house, cast):
    await house.say(cast["ann"])
    await report(house, cast["ben"], category="fraud")
    reports = house.offices.keeping.reports
    [shown] = await reports.of_room(cast["mia"], DEMO)

    await reports.answer(cast["mia"], DEMO, shown.row.seq, Finding.UPHELD)

    [row] = await items(house)
    assert said(row)["category"] == "fraud"


@pytest.mark.parametrize(("category", "count"), [("porn", 1), ("spam", 0), (None, 0)])
async def test_what_is_refused_in_the_list_of_what_is_held_is_reported(
    house, cast, category, count
):
    held = await house.say(cast["ann"], "callme now")
    moderation, rey = house.moderation, cast["rey"]

    if category is None:
        await moderation.approve(rey, DEMO, held.seq)
    else:
        await moderation.reject(rey, DEMO, held.seq, category)

    rows = await items(house)
    assert len(rows) == count
    if rows:
        assert {rows[0].begun_ms} == times_of(house, CommentRefused)
        assert said(rows[0])["entry"] == str(held.seq)


async def test_a_refused_cluster_is_one_item_that_says_how_many(house, cast):
    held = []
    for n in range(12):
        who = await house.person(f"poster{n}")
        draft = Draft(ClientId(f"c-{n}"), f"限时抢购全场半价大家速来看看{n}号")
        entry = await house.comments.post(who, DEMO, draft)
        held += [entry.fact] if isinstance(entry.fact, CommentHeld) else []

    name = cluster_in(held[0].verdict)

    refused = await house.moderation.decide_cluster(cast["rey"], DEMO, name, "fraud")

    [row] = await items(house)
    assert refused == len(held) > 1
    assert said(row)["comments"] == str(refused)


async def test_a_bulk_recall_is_one_item_that_names_it(house, cast, tmp_path):
    for n in range(9):
        await house.say(cast["ann"], f"hello {n}")
    office = office_over(house, tmp_path)
    draft = BulkDraft(category="porn", why="all of it", login="ann")
    preview = await office.recalls.preview(cast["rey"], draft)
    await office.recalls.execute(cast["rey"], preview.scan)
    house.clock.now_ms += 5

    await office.works[1].finish()

    [row] = await items(house)
    assert times_of(house, CommentRecalled) == {row.begun_ms}
    assert said(row).items() >= {"comments": "9", "bulk": str(preview.scan)}.items()
    assert lines_of(row, "summary")[0].value == "porn"


@pytest.mark.parametrize(
    ("treatment", "count"), [(Treatment.RECALL, 1), (Treatment.HOLD, 0)], ids=str
)
async def test_a_back_scan_is_reported_unless_each_of_its_cases_will_be(
    house, cast, tmp_path, treatment, count
):
    for n in range(8):
        await house.say(cast["ann"], f"golly {n}")
    house.clock.now_ms += 1
    broken = office_over(house, tmp_path, Breaking(house.store, 6))
    office = office_over(house, tmp_path)
    _, scan = await begun(office, cast["eve"], treatment, UNLAWFUL_HALF)
    with pytest.raises(StoreDown):
        await broken.works[0].finish()

    await office.works[0].finish()

    rows = await items(house)
    assert [said(row)["bulk"] for row in rows] == [str(scan)] * count


async def test_a_comment_comes_back_with_its_measure_ended_however_many_came_after(
    house, cast, monkeypatch
):
    monkeypatch.setattr("danmaku.actions.existing.MEASURES_AT_ONCE", 1)
    for turn in range(3):
        await house.say(cast["ann"], f"number {turn}")
        await house.comments.recall(cast["mia"], DEMO, Number(turn + 1))

    await house.comments.restore(cast["mia"], DEMO, Number(1))

    rows = await house.store.measures(account=cast["ann"].account, room=DEMO)
    assert [(row.fact.measure.number, row.is_reversed) for row in rows] == [
        (3, False), (2, False), (1, True),
    ]  # fmt: skip
