import asyncio
from datetime import UTC, datetime

import pytest

from danmaku.actions.measures import MeasureDraft
from danmaku.domain.account import Bundle
from danmaku.domain.case_lists import CaseFilter
from danmaku.domain.cases import CaseOutcome
from danmaku.domain.facts import CommentRecalled
from danmaku.domain.features import Feature
from danmaku.domain.filing_facts import FilingBegun, FilingKind, FilingState, Line, Risk
from danmaku.domain.filings import FilingFilter, Turn
from danmaku.domain.ids import Millis, Number
from danmaku.domain.inspection import Period
from danmaku.domain.measures import Step
from danmaku.domain.rulings import Decision
from danmaku.domain.times import DAY_MS, HOUR_MS
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound, NotSignedIn
from danmaku.store.verify import Sound
from tests.contract.soundness import steps_of
from tests.filed import assessed
from tests.unit.actions.house import DEMO
from tests.unit.actions.test_cases import report

ITEMS = FilingFilter(kind=FilingKind.ITEM)


@pytest.fixture
async def cast(house):
    cast = await house.cast(
        ann=None,
        ben=None,
        mia=None,
        rey=Bundle.REVIEWER,
        eve=Bundle.CHIEF_EDITOR,
        eda=Bundle.CHIEF_EDITOR,
        olga=Bundle.OPERATOR,
        ins=Bundle.INSPECTOR,
    )
    await house.room(owner=cast["mia"].account)
    return cast


@pytest.fixture
def filings(house):
    return house.filing.filings


def lines_of(row, word):
    return next(one.lines for one in row.sections if one.word == word)


async def decide(house, cast, outcome=CaseOutcome.UPHELD, category="porn"):
    """A comment is reported, and somebody decides on that."""
    await house.say(cast["ann"])
    await report(house, cast["ben"], category=category)
    casework = house.offices.casework
    [case] = await house.store.cases(CaseFilter(), house.clock())
    await casework.cases.claim(cast["rey"], case.case_id)
    await casework.rulings.decide(cast["rey"], case.case_id, Decision(outcome))
    return case


# --- what follows by itself


async def test_what_is_decided_to_be_unlawful_is_one_item_of_the_same_commit(house, cast, filings):
    case = await decide(house, cast)

    [row] = await filings.listed(cast["rey"], ITEMS)
    assert (row.state, row.begun.actor) == (FilingState.DRAFT, None)
    assert row.begun.due_ms == row.begun_ms + 24 * HOUR_MS
    assert Line("case", case.case_id) in lines_of(row, "evidence")
    recalled = next(e for e in house.announced if isinstance(e.fact, CommentRecalled))
    assert recalled.at_ms == row.begun_ms


@pytest.mark.parametrize(
    ("outcome", "category"), [(CaseOutcome.REJECTED, "porn"), (CaseOutcome.UPHELD, "spam")]
)
async def test_what_is_not_unlawful_is_no_item(house, cast, filings, outcome, category):
    await decide(house, cast, outcome, category)

    assert await filings.listed(None, ITEMS) == []


async def test_steps_against_a_room_and_its_owner_are_items_and_a_bar_is_a_notice(
    house, cast, filings
):
    take = house.offices.measures.take
    about = {"category": "spam", "basis": "rule 3"}
    await take(cast["eve"], MeasureDraft(Step.CLOSE_COMMENTS, room=DEMO, **about))
    await take(cast["rey"], MeasureDraft(Step.WARN, login="mia", **about))
    await take(cast["rey"], MeasureDraft(Step.WARN, login="ann", **about))
    await take(cast["rey"], MeasureDraft(Step.SUSPEND, login="ben", **about))
    await take(cast["eve"], MeasureDraft(Step.FORBID, login="ben", **about))

    assert [row.kind for row in await filings.listed(None, FilingFilter())] == [
        FilingKind.BLACKLIST,
        FilingKind.ITEM,
        FilingKind.ITEM,
    ]


async def test_removing_what_is_unlawful_without_a_case_is_one_item_too(house, cast, filings):
    await house.say(cast["ann"])
    about = MeasureDraft(Step.DELETE, "fraud", "rule 3", room=DEMO, number=Number(1))

    await house.offices.measures.take(cast["rey"], about)

    [row] = await filings.listed(None, ITEMS)
    assert Line("number", "1") in lines_of(row, "evidence")


# --- the life of one


async def test_one_writes_another_approves_and_it_is_handed_in(house, cast, filings, tmp_path):
    await decide(house, cast)
    [row] = await filings.listed(None, ITEMS)

    async def turn(login, state, **words):
        read = (await filings.look(None, row.filing)).revision
        return await filings.turn(cast[login], row.filing, Turn(state, read, **words))

    async def revise(login, text):
        read = (await filings.look(None, row.filing)).revision
        await filings.revise(cast[login], row.filing, {"summary": text}, revision=read)

    await revise("rey", "As seen in the room.")
    await turn("rey", FilingState.READY)
    await turn("eve", FilingState.RETURNED, note="Say more.")
    with pytest.raises(NotAllowed):
        await turn("rey", FilingState.READY)
    await revise("eve", "More.")
    await turn("rey", FilingState.READY)
    with pytest.raises(Coded) as own:
        await turn("eve", FilingState.APPROVED)
    await turn("eda", FilingState.APPROVED)
    await turn("eve", FilingState.SUBMITTED, receipt="no. 7")
    done = await turn("eve", FilingState.ACKNOWLEDGED)

    assert own.value.code is Code.OWN_INTEREST
    assert (done.state, done.receipt, done.sections[0].remarks) == (
        FilingState.ACKNOWLEDGED,
        "no. 7",
        "More.",
    )
    assert len(done.history) == 9
    assert all(isinstance(it, Sound) for it in steps_of(tmp_path))


async def test_nobody_answers_for_words_or_writes_over_words_that_they_have_not_read(
    house, cast, filings
):
    await decide(house, cast)
    [seen] = await filings.listed(None, ITEMS)
    read = {"revision": seen.revision}
    came = await asyncio.gather(
        *(
            filings.revise(cast[login], seen.filing, {"summary": login}, **read)
            for login in ("rey", "olga")
        ),
        return_exceptions=True,
    )
    [written] = [one for one in came if not isinstance(one, Exception)]
    [late] = [one for one in came if isinstance(one, Exception)]
    await filings.turn(cast["rey"], seen.filing, Turn(FilingState.READY, written.revision))

    with pytest.raises(Coded) as unread:
        await filings.turn(cast["eve"], seen.filing, Turn(FilingState.APPROVED, **read))
    approved = Turn(FilingState.APPROVED, written.revision)
    row = await filings.turn(cast["eve"], seen.filing, approved)

    assert (row.state, row.sections) == (FilingState.APPROVED, written.sections)
    for refusal in (late, unread.value):
        assert (refusal.code, str(written.revision) in str(refusal)) == (Code.DUPLICATE, True)


async def test_an_item_is_closed_by_a_receipt_or_a_reason_and_nothing_else(house, cast, filings):
    await decide(house, cast)
    [row] = await filings.listed(None, ITEMS)

    for turn in (
        Turn(FilingState.SUBMITTED, row.revision, "no. 1"),
        Turn(FilingState.ACKNOWLEDGED, row.revision),
    ):
        with pytest.raises(NotAllowed):
            await filings.turn(cast["eve"], row.filing, turn)
    with pytest.raises(BadMessage):
        await filings.turn(cast["eve"], row.filing, Turn(FilingState.WAIVED, row.filing))
    waived = await filings.turn(
        cast["eve"], row.filing, Turn(FilingState.WAIVED, row.filing, note="in error")
    )

    assert not waived.is_open


async def test_of_two_who_turn_one_at_once_the_second_is_told(cast, filings):
    filing = await filings.assess(None, Feature.LIKES)
    await filings.turn(cast["rey"], filing, Turn(FilingState.READY, filing))

    both = await asyncio.gather(
        *(
            filings.turn(cast[login], filing, Turn(FilingState.APPROVED, filing))
            for login in ("eve", "eda")
        ),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in both) == ["FilingRow", "NotAllowed"]


# --- assessments


async def test_an_assessment_states_how_the_house_stands(cast, filings):
    filing = await filings.assess(cast["olga"], Feature.LIKES)

    row = await filings.look(cast["ins"], filing)
    assert [one.word for one in row.sections] == [
        "summary",
        "persons",
        "identity",
        "logs",
        "handling",
        "personal",
        "complaints",
        "support",
    ]
    assert lines_of(row, "persons") == (
        Line("chief_editor", "Eve (eve)"),
        Line("chief_editor", "Eda (eda)"),
        Line("operator", "Olga (olga)"),
        Line("reviewers", "1"),
    )
    assert Line("identity_required", "no") in lines_of(row, "identity")
    assert await filings.assess(None, Feature.LIKES) == filing


async def test_an_approval_that_is_taken_back_is_no_approval(house, cast, filings):
    filing = await assessed(filings, cast["rey"], cast["eve"])
    features = house.offices.features
    assert features.all()[Feature.LIKES].is_approved
    await filings.turn(cast["eve"], filing, Turn(FilingState.SUBMITTED, filing, receipt="no. 1"))

    await filings.turn(cast["eve"], filing, Turn(FilingState.RETURNED, filing, note="an order"))

    assert not features.all()[Feature.LIKES].is_approved
    with pytest.raises(NotAllowed):
        await features.switch(None, Feature.LIKES, is_on=True)


# --- reports


async def test_a_report_has_the_numbers_that_a_recount_has(house, cast, filings):
    start_ms = house.clock() // DAY_MS * DAY_MS
    await decide(house, cast)
    period = Period(Millis(start_ms), Millis(start_ms + DAY_MS))
    with pytest.raises(BadMessage):
        await filings.report(cast["eve"], period)
    house.clock.now_ms = start_ms + DAY_MS

    row = await filings.look(cast["eve"], await filings.report(cast["eve"], period))

    counted = await house.store.figures(period)
    entries = {line.about: int(line.value) for line in lines_of(row, "entries")}
    assert entries == {kind: counted.total(kind) for _, kind in counted.kinds}
    assert entries["comment_published"] == 1
    assert lines_of(row, "recalls") == (Line("recalled", "1", "platform porn"),)
    assert lines_of(row, "measures") == (Line("taken", "1", "delete porn"),)
    assert lines_of(row, "cases")[0] == Line("handled", "1", "report")
    assert row.begun.due_ms == period.to_ms + 7 * DAY_MS
    assert await filings.report(None, period) == row.filing


async def test_a_year_is_reported_when_it_is_over(house, cast, filings):
    year = datetime.fromtimestamp(house.clock() / 1000, UTC).year
    for wrong in (year, 1, 10_000):
        with pytest.raises(BadMessage):
            await filings.report_year(cast["eve"], wrong)
    house.clock.now_ms = int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp() * 1000)

    row = await filings.look(None, await filings.report_year(cast["eve"], year))

    assert (row.kind, row.begun.subject) == (FilingKind.YEARLY, str(year))


# --- weaknesses


async def test_a_weakness_is_closed_once_its_remedy_is_told(cast, filings):
    register = filings.register_weakness
    weak = await register(cast["olga"], "Tokens in a log", Risk.HIGH, "Seen in line 3.")
    await filings.turn(cast["olga"], weak, Turn(FilingState.READY, weak))
    await filings.turn(cast["eve"], weak, Turn(FilingState.APPROVED, weak))
    await filings.turn(cast["eve"], weak, Turn(FilingState.SUBMITTED, weak, receipt="no. 2"))
    with pytest.raises(NotAllowed):
        await filings.turn(cast["eve"], weak, Turn(FilingState.ACKNOWLEDGED, weak))
    assert (await filings.waiting(cast["olga"])).weakness_count == {Risk.HIGH: 1}
    with pytest.raises(BadMessage):
        await filings.mend(cast["olga"], weak, " ")

    await filings.mend(cast["olga"], weak, "The field is dropped.")
    with pytest.raises(NotAllowed):
        await filings.mend(cast["olga"], weak, "Again.")
    done = await filings.turn(cast["eve"], weak, Turn(FilingState.ACKNOWLEDGED, weak))

    assert (done.is_mended, done.receipt) == (True, "no. 2")
    assert (await filings.waiting(None)).weakness_count == {}
    for title in ("", "x" * 201):
        with pytest.raises(BadMessage):
            await register(None, title, Risk.LOW, "")
    other = await filings.assess(None, Feature.LIKES)
    with pytest.raises(NotFound):
        await filings.mend(cast["olga"], other, "mended")


# --- who may


async def test_who_writes_filings_and_who_reads_them(cast, filings):
    filing = await filings.assess(None, Feature.LIKES)
    for login in ("rey", "eve", "olga", "ins"):
        assert len(await filings.listed(cast[login], FilingFilter())) == 1
    for act in (
        lambda who: filings.listed(who, FilingFilter()),
        lambda who: filings.look(who, filing),
        filings.waiting,
        lambda who: filings.assess(who, Feature.LIKES),
        lambda who: filings.turn(who, filing, Turn(FilingState.READY, filing)),
        lambda who: filings.revise(who, filing, {}, revision=filing),
        lambda who: filings.mend(who, filing, "mended"),
    ):
        with pytest.raises(NotAllowed):
            await act(cast["ann"])
    with pytest.raises(NotAllowed):
        await filings.assess(cast["ins"], Feature.LIKES)
    with pytest.raises(NotSignedIn):
        await filings.turn(None, filing, Turn(FilingState.READY, filing))
    with pytest.raises(NotFound):
        await filings.look(None, filing + 1)


def test_a_filing_begun_names_its_kind_apart_from_the_entrys():
    assert "kind" not in FilingBegun.__slots__
