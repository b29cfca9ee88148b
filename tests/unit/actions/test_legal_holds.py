"""Erasure under legal hold, tried on the record itself: what is kept, told, and destroyed later."""

import pytest

from danmaku.actions.legal_holds import HoldDraft
from danmaku.actions.measures import MeasureDraft
from danmaku.actions.moderation import ReportDraft
from danmaku.domain.account import Bundle
from danmaku.domain.filings import FilingFilter
from danmaku.domain.ids import Millis, Number
from danmaku.domain.legal_hold import BASIS_MAX, Reach
from danmaku.domain.measures import Step
from danmaku.domain.privacy import CASE_DAYS, FLOOR_DAYS
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound
from tests.unit.actions.house import DEMO, house_on
from tests.unit.store.test_retention import file_of, is_sound, pass_days

BASIS = "court order 12"
PLANTED = "planted words"


@pytest.fixture
async def house(tmp_path):
    async with house_on(tmp_path) as house:
        await house.room()
        yield house


def holds_of(house):
    return house.offices.legal_holds


async def go_round(house):
    return await house.offices.privacy.retention.go_round()


def is_there(folder, text):
    return text.encode().hex().upper() in file_of(folder)


async def leave(house, who):
    return await house.offices.privacy.leaving.close(who, login=who.login)


async def staff(house):
    return await house.person("eve", Bundle.CHIEF_EDITOR), await house.person(
        "eva", Bundle.CHIEF_EDITOR
    )


async def test_erasure_under_a_legal_hold_clears_the_public_view_and_keeps_what_is_sealed(
    house, tmp_path
):
    ann, (eve, eva) = await house.person("ann"), await staff(house)
    ann = await house.proofs.identities.pass_sandbox(ann) or await house.people.known("ann")
    await house.say(ann, PLANTED)
    hold = await holds_of(house).lay(eve, HoldDraft(BASIS, "ann"))

    erasure = await leave(house, ann)
    pass_days(house, CASE_DAYS)
    await go_round(house)

    assert [one.fact.basis for one in erasure.holds] == [BASIS]
    assert await house.texts() == {1: None}
    assert is_there(tmp_path, PLANTED)
    assert (await house.people.known("ann")).account == ann.account
    assert await house.store.vault.persons(ann.account)
    await holds_of(house).lift(eva, hold.hold_id, "the case is closed")
    destroyed = await go_round(house)
    assert destroyed["comment"] == 2
    assert destroyed["account"] == 1
    assert not is_there(tmp_path, PLANTED)
    assert await house.people.known("ann") is None
    assert await house.store.vault.persons(ann.account) == []
    assert is_sound(tmp_path)


async def test_a_comment_is_kept_by_whichever_of_its_entries_is_named(house, tmp_path):
    ann, (eve, _) = await house.person("ann"), await staff(house)
    held = await house.say(ann, f"callme {PLANTED}")
    out = await house.moderation.approve(eve, DEMO, held.seq)
    hold = await holds_of(house).lay(eve, HoldDraft(BASIS, reach=Reach(DEMO, out.seq)))
    await house.comments.recall(ann, DEMO, 1)

    pass_days(house, FLOOR_DAYS)
    await go_round(house)

    assert hold.reach.origin == held.seq
    assert is_there(tmp_path, PLANTED)


async def test_others_are_forgotten_meanwhile(house, tmp_path):
    ann, ben, (eve, _) = await house.person("ann"), await house.person("ben"), await staff(house)
    await house.say(ben, PLANTED)
    await house.say(ann, "words of ann")
    await holds_of(house).lay(eve, HoldDraft(BASIS, "ann"))
    for who in (ann, ben):
        await leave(house, who)

    pass_days(house, FLOOR_DAYS)
    destroyed = await go_round(house)

    assert destroyed == {"comment": 2, "account": 1}
    assert not is_there(tmp_path, PLANTED)
    assert is_there(tmp_path, "words of ann")


@pytest.mark.parametrize(
    "draft",
    [
        HoldDraft(BASIS, reach=Reach(room=DEMO)),
        HoldDraft(BASIS, reach=Reach(room=DEMO), number=Number(1)),
        HoldDraft(BASIS, reach=Reach(from_ms=Millis(0))),
        HoldDraft(BASIS, "ann", Reach(room=DEMO)),
    ],
)
async def test_each_scope_keeps_the_comment_that_it_covers(house, tmp_path, draft):
    ann, (eve, _) = await house.person("ann"), await staff(house)
    await house.say(ann, PLANTED)
    await holds_of(house).lay(eve, draft)
    await house.comments.recall(ann, DEMO, 1)

    pass_days(house, FLOOR_DAYS)

    assert await go_round(house) == {}
    assert is_there(tmp_path, PLANTED)


@pytest.mark.parametrize(
    "draft",
    [
        HoldDraft(BASIS, reach=Reach(to_ms=Millis(1))),
        HoldDraft(BASIS, reach=Reach(room="other")),
        HoldDraft(BASIS, "eva"),
    ],
)
async def test_what_a_hold_does_not_cover_goes_in_its_time(house, tmp_path, draft):
    ann, (eve, _) = await house.person("ann"), await staff(house)
    await house.room("other")
    await house.say(ann, PLANTED)
    await holds_of(house).lay(eve, draft)
    await house.comments.recall(ann, DEMO, 1)

    pass_days(house, FLOOR_DAYS)

    assert await go_round(house) == {"comment": 2}
    assert not is_there(tmp_path, PLANTED)


async def test_what_was_written_about_the_kept_is_kept_too(house, tmp_path):
    ann, (eve, eva) = await house.person("ann"), await staff(house)
    await house.say(ann, "hello")
    report = ReportDraft(category="spam", room=DEMO, number=Number(1), text=PLANTED, contact="")
    await house.moderation.report(None, report, source="here")
    warn = MeasureDraft(Step.WARN, "spam", "rule 3", note="noted down", login="ann")
    taken = await house.offices.measures.take(eve, warn)
    await house.offices.measures.reverse(eve, taken.measure_id, "a mistake noted")
    hold = await holds_of(house).lay(eve, HoldDraft(BASIS, reach=Reach(DEMO), number=Number(1)))

    pass_days(house, CASE_DAYS)
    await go_round(house)
    kept = [is_there(tmp_path, text) for text in (PLANTED,)]
    await holds_of(house).lift(eva, hold.hold_id, "over")
    await go_round(house)

    assert kept == [True]
    assert [is_there(tmp_path, text) for text in (PLANTED, "noted down")] == [False, False]
    assert is_sound(tmp_path)


async def test_a_hold_on_an_account_keeps_measures_against_it(house, tmp_path):
    await house.person("ann")
    eve, _ = await staff(house)
    warn = MeasureDraft(Step.WARN, "spam", "rule 3", note="noted down", login="ann")
    taken = await house.offices.measures.take(eve, warn)
    await house.offices.measures.reverse(eve, taken.measure_id, "a mistake noted")
    await holds_of(house).lay(eve, HoldDraft(BASIS, "ann"))

    pass_days(house, CASE_DAYS)
    await go_round(house)

    assert is_there(tmp_path, "noted down")
    assert is_there(tmp_path, "a mistake noted")


async def test_what_was_noted_of_one_held_comment_is_not_taken_for_that_of_another(house, tmp_path):
    ann, (eve, _) = await house.person("ann"), await staff(house)
    await house.say(ann, "callme first")
    meant = await house.say(ann, "callme second")
    await holds_of(house).lay(eve, HoldDraft(BASIS, reach=Reach(DEMO, meant.seq)))
    refuse = MeasureDraft(
        Step.REFUSE, "spam", "rule 3", note="noted down", room=DEMO, origin=meant.seq
    )
    taken = await house.offices.measures.take(eve, refuse)
    await house.offices.measures.reverse(eve, taken.measure_id, "a mistake noted")

    pass_days(house, CASE_DAYS)
    await go_round(house)

    assert is_there(tmp_path, "noted down")
    assert is_there(tmp_path, "a mistake noted")


async def test_what_the_department_was_to_hear_of_the_kept_is_kept_too(house, tmp_path):
    ann, (eve, eva) = await house.person("ann"), await staff(house)
    await house.say(ann, "hello")
    taken = MeasureDraft(Step.DELETE, "porn", "rule 3", room=DEMO, number=Number(1))
    await house.offices.measures.take(eve, taken)
    filings = house.filing.filings
    [row] = await filings.listed(None, FilingFilter())
    await filings.revise(eva, row.filing, {"summary": PLANTED}, revision=row.revision)
    await holds_of(house).lay(eve, HoldDraft(BASIS, "ann"))

    pass_days(house, CASE_DAYS)
    await go_round(house)

    assert is_there(tmp_path, PLANTED)


async def test_who_is_named_is_told_unless_the_law_forbids_it(house):
    ann, (eve, _) = await house.person("ann"), await staff(house)
    await holds_of(house).lay(eve, HoldDraft(BASIS, "ann"))
    await holds_of(house).lay(eve, HoldDraft("secret inquiry", "ann", is_told=False))

    own = [entry async for entry in house.offices.privacy.own.entries(ann)]

    told = [one.fact.basis for one in (await house.offices.privacy.leaving.preview(ann)).holds]
    assert told == [BASIS]
    assert "secret inquiry" not in str(own)
    assert [one.fields["basis"] for one in own if one.kind == "legal_hold_laid"] == [BASIS]


async def test_who_must_not_know_of_a_hold_does_not_find_it_in_the_list(house):
    eve, eva = await staff(house)
    await holds_of(house).lay(eve, HoldDraft("secret inquiry", "eva", is_told=False))
    await holds_of(house).lay(eve, HoldDraft(BASIS, "eva"))

    told = [
        [one.fact.basis for one in await holds_of(house).standing(who)] for who in (eve, eva, None)
    ]

    assert told == [["secret inquiry", BASIS], [BASIS], ["secret inquiry", BASIS]]
    hidden = (await holds_of(house).standing(eve))[0].fact.hold_id
    with pytest.raises(NotFound):
        await holds_of(house).lift(eva, hidden, "over")


async def test_whoever_laid_a_hold_does_not_lift_it(house):
    await house.person("ann")
    eve, eva = await staff(house)
    laid = [
        await holds_of(house).lay(eve, HoldDraft(BASIS, "ann")),
        await holds_of(house).lay(None, HoldDraft(BASIS, "ann")),
        await holds_of(house).lay(eve, HoldDraft(BASIS, "eva")),
    ]

    with pytest.raises(Coded) as refused:
        await holds_of(house).lift(eve, laid[0].hold_id, "over")
    assert refused.value.code is Code.OWN_INTEREST
    with pytest.raises(NotAllowed):
        await holds_of(house).lift(None, laid[1].hold_id, "over")
    with pytest.raises(Coded) as refused:  # it is about her
        await holds_of(house).lift(eva, laid[2].hold_id, "over")
    assert refused.value.code is Code.OWN_INTEREST
    await holds_of(house).lift(eva, laid[0].hold_id, "over")
    await holds_of(house).lift(eve, laid[1].hold_id, "over")
    await holds_of(house).lift(None, laid[2].hold_id, "over")
    assert await holds_of(house).standing(None) == []
    with pytest.raises(NotFound):
        await holds_of(house).lift(eva, laid[0].hold_id, "again")


async def test_only_chief_editors_lay_holds_and_inspectors_see_them(house):
    ann, rey = await house.person("ann"), await house.person("rey", Bundle.REVIEWER)
    ins = await house.person("ins", Bundle.INSPECTOR)
    for who in (ann, rey, ins):
        with pytest.raises(NotAllowed):
            await holds_of(house).lay(who, HoldDraft(BASIS, "ann"))
    for who in (ann, rey):
        with pytest.raises(NotAllowed):
            await holds_of(house).standing(who)

    assert await holds_of(house).standing(ins) == []


@pytest.mark.parametrize(
    ("draft", "refusal"),
    [
        (HoldDraft("", "eve"), BadMessage),
        (HoldDraft("x" * (BASIS_MAX + 1), "eve"), BadMessage),
        (HoldDraft(BASIS), BadMessage),
        (HoldDraft(BASIS, number=Number(1)), BadMessage),
        (HoldDraft(BASIS, "nobody"), NotFound),
        (HoldDraft(BASIS, reach=Reach("nowhere")), NotFound),
        (HoldDraft(BASIS, reach=Reach(DEMO), number=Number(9)), NotFound),
        (HoldDraft(BASIS, reach=Reach(DEMO, origin=1)), NotFound),
        (HoldDraft(BASIS, reach=Reach(DEMO, origin=2), number=Number(9)), NotFound),
        (HoldDraft(BASIS, "eve", Reach(DEMO), Number(1)), BadMessage),
    ],
)
async def test_a_draft_that_names_nothing_that_is_there_is_refused(house, draft, refusal):
    ann, (eve, _) = await house.person("ann"), await staff(house)
    await house.say(ann, "hello")

    with pytest.raises(refusal):
        await holds_of(house).lay(eve, draft)


async def test_the_basis_is_destroyed_three_years_after_the_hold_was_lifted(house, tmp_path):
    await house.person("ann")
    eve, eva = await staff(house)
    hold = await holds_of(house).lay(eve, HoldDraft(BASIS, "ann"))
    pass_days(house, CASE_DAYS)
    await go_round(house)
    assert is_there(tmp_path, BASIS)
    await holds_of(house).lift(eva, hold.hold_id, "the case is closed")

    pass_days(house, CASE_DAYS)
    destroyed = await go_round(house)

    assert destroyed["legal_hold"] == 2
    assert not is_there(tmp_path, BASIS)
    assert is_sound(tmp_path)
