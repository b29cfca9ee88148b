"""What a reviewer sees around a case."""

import pytest

from danmaku.actions.appeals import AppealDraft
from danmaku.actions.moderation import ReportDraft
from danmaku.domain.account import Bundle
from danmaku.domain.case_lists import CaseFilter
from danmaku.domain.cases import CaseKind, CaseOutcome
from danmaku.domain.comment import CommentStatus, Draft
from danmaku.domain.ids import ClientId
from danmaku.domain.reporting import VEIL
from danmaku.domain.rulings import Decision
from danmaku.errors import Code, NotAllowed, NotFound
from tests.unit.actions.house import DEMO, house_on


@pytest.fixture
async def scene(tmp_path):
    async with house_on(tmp_path) as house:
        people = await house.cast(
            ann=None, bob=None, rey=Bundle.REVIEWER, ria=Bundle.REVIEWER, ins=Bundle.INSPECTOR
        )
        await house.room()
        yield house, people


async def say_at(house, who, text, position_ms):
    draft = Draft(ClientId(f"at{position_ms}-{text}"), text, position_ms)
    return await house.comments.post(who, DEMO, draft)


async def only_case(house, who):
    [view] = await house.offices.casework.cases.queue(who, CaseFilter())
    return view.case.case_id


def texts(views):
    return [view.comment.content.text if view.comment.content else None for view in views]


async def test_a_held_comment_comes_with_its_hit_its_neighbours_and_its_author(scene):
    house, people = scene
    await say_at(house, people["bob"], "far away", 60_000)
    for place in range(7):
        await say_at(house, people["bob"], f"before {place}", 1_000 + place)
    await say_at(house, people["ann"], "well, callme now", 1_500)
    await say_at(house, people["bob"], "after", 5_000)

    context = await house.offices.review.contexts.of(
        people["rey"], await only_case(house, people["rey"])
    )

    comment = context.comment
    assert [part.text for part in comment.stretches] == ["well, ", "callme", " now"]
    assert (comment.rules, comment.action, comment.status) == (
        ("contact",),
        "hold",
        CommentStatus.HELD,
    )
    assert texts(context.before_after) == [*(f"before {n}" for n in range(2, 7)), "after"]
    assert texts(context.beside) == [*(f"before {n}" for n in range(7)), "after"]
    assert (context.author.login, context.author.history) == ("ann", ())
    assert context.own_counts == {CommentStatus.HELD: 1}
    assert (context.hindrance, context.category) == (None, "contact")


async def test_a_reported_comment_is_quoted_as_it_was_written_even_when_it_is_gone(scene):
    house, people = scene
    await house.say(people["ann"], "oh darn it")  # shown masked
    for source, category in (("a", "attack"), ("b", "attack"), ("c", "spam")):
        draft = ReportDraft(category, DEMO, 1)
        await house.moderation.report(None, draft, source=source)
    case_id = await only_case(house, people["rey"])
    await house.comments.recall(people["ria"], DEMO, 1, "other")

    context = await house.offices.review.contexts.of(people["rey"], case_id)

    assert "".join(part.text for part in context.comment.stretches) == "oh darn it"
    assert (context.comment.status, context.comment.number) == (CommentStatus.RECALLED, 1)
    assert context.category == "attack"
    assert len(context.view.filings) == 3


async def test_an_appeal_against_ones_own_decision_is_shown_and_not_offered(scene):
    house, people = scene
    await house.say(people["ann"], "look here")
    await house.moderation.report(people["bob"], ReportDraft("spam", DEMO, 1), source="a")
    work = house.offices.casework
    claimed = await work.cases.claim_next(people["rey"])
    await work.rulings.decide(
        people["rey"], claimed.case.case_id, Decision(CaseOutcome.UPHELD, note="an advert")
    )
    [row] = await house.offices.measures.own(people["ann"])
    from_ann = AppealDraft(text="it is none", measure_id=row.fact.measure.measure_id)
    await work.appeals.appeal(people["ann"], from_ann)
    case_id = await only_case(house, people["rey"])
    contexts = house.offices.review.contexts

    own, others = [await contexts.of(people[one], case_id) for one in ("rey", "ria")]

    assert own.view.case.kind is CaseKind.APPEAL
    assert (own.hindrance, others.hindrance) == (Code.OWN_INTEREST, None)
    assert own.measure.fact.actor == people["rey"].account
    assert own.comment.number == 1
    assert [one.fact.measure.measure_id for one in own.author.history] == [
        row.fact.measure.measure_id
    ]
    assert await work.cases.claim_next(people["rey"]) is None


async def test_nobody_reads_what_others_have_filed_against_them(scene):
    house, people = scene
    rey, bob = people["rey"], people["bob"]
    await house.say(rey, "bob is a fool")
    for who, text in ((bob, "he means me"), (rey, "who says so?")):
        draft = ReportDraft("attack", DEMO, 1, text=text, contact=f"{who.login}@a.test")
        await house.moderation.report(who, draft, source=who.login)
    case_id = await only_case(house, people["ria"])
    contexts = house.offices.review.contexts

    filed = {
        name: [one.fact for one in (await contexts.of(people[name], case_id)).view.filings]
        for name in ("rey", "ria", "ins")
    }
    read = {name: [fact.text for fact in facts] for name, facts in filed.items()}

    both = ["he means me", "who says so?"]
    assert read == {"rey": ["who says so?"], "ria": both, "ins": both}
    assert [fact.contact for fact in filed["ria"]] == ["bob@a.test", "rey@a.test"]
    assert [fact.contact for fact in filed["ins"]] == [VEIL, VEIL]
    inspected = await house.moderation.reports(people["ins"])
    assert [one.fact.contact for one in inspected] == [VEIL, VEIL]
    assert await house.moderation.reports(rey) == []
    assert len(await house.moderation.reports(people["ria"])) == 2


async def test_who_reads_no_reports_sees_nothing_and_who_only_reads_decides_nothing(scene):
    house, people = scene
    await house.say(people["ann"], "callme")
    case_id = await only_case(house, people["rey"])
    contexts = house.offices.review.contexts

    with pytest.raises(NotAllowed):
        await contexts.of(people["bob"], case_id)
    with pytest.raises(NotFound):
        await contexts.of(people["rey"], "r999")
    assert (await contexts.of(people["ins"], case_id)).hindrance is Code.NOT_GRANTED
