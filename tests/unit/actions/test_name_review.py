import asyncio
from dataclasses import replace

import pytest

from danmaku.actions.appeals import AppealDraft
from danmaku.actions.name_review import NamePlace, NameRefusal
from danmaku.domain.account import Bundle
from danmaku.domain.cases import CaseOutcome
from danmaku.domain.facts import NameJudged
from danmaku.domain.naming import NameState, Surface
from danmaku.domain.room import Status
from danmaku.domain.rulings import Decision
from danmaku.domain.times import HOUR_MS
from danmaku.errors import (
    BadMessage,
    Code,
    Coded,
    DanmakuError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Prohibited,
    TooFast,
)
from tests.unit.actions.house import DEMO, house_on

NO = NameRefusal("fraud", "This is not you.")
ANN = NamePlace(Surface.NAME, login="ann")
TITLE = NamePlace(Surface.TITLE, room=DEMO)


@pytest.fixture
async def cast(house):
    """ann waits for a name, eve decides; mia runs the room."""
    people = await house.cast(ann=None, eve=Bundle.REVIEWER, mia=(Bundle.STREAMER, DEMO))
    await house.room(owner=people["mia"].account)
    return people


async def now(house, who):
    return await house.people.known(who.login)


async def waiting(house):
    return await house.offices.names.waiting(None)


async def test_a_name_is_changed_at_once_and_comments_keep_the_former_one(house, cast):
    ann = cast["ann"]
    await house.say(ann)

    await house.offices.names.rename(ann, "Annabel")

    await house.say(await now(house, ann), "again")
    views = await house.store.comments(DEMO, after=0)
    assert [view.comment.content.name for view in views] == ["Ann", "Annabel"]


async def test_whose_name_waits_is_told_why_and_how_long(house, cast):
    names = house.offices.names

    await names.rename(cast["ann"], "Officia1 Admin")

    ann = await now(house, cast["ann"])
    row = await names.own(ann)
    assert ann.name.startswith("user ")
    assert (row.fact.text, row.fact.state, row.fact.category) == (
        *("Officia1 Admin", NameState.HELD),
        "impersonation",
    )
    assert names.until_ms(row) == row.at_ms + 24 * HOUR_MS


async def test_an_approved_name_is_shown(house, cast):
    await house.offices.names.rename(cast["ann"], "Officia1 Admin")
    [row] = await house.offices.names.waiting(cast["eve"])

    await house.offices.names.decide(cast["eve"], row.seq, None)

    assert (await now(house, cast["ann"])).name == "Officia1 Admin"
    assert await waiting(house) == []


async def test_a_refused_name_stays_neutral_and_its_owner_reads_why(house, cast):
    names = house.offices.names
    await names.rename(cast["ann"], "Officia1 Admin")
    neutral = (await now(house, cast["ann"])).name
    [row] = await waiting(house)

    await names.decide(cast["eve"], row.seq, NO)

    ann = await now(house, cast["ann"])
    own = (await names.own(ann)).fact
    assert (ann.name, own.text, own.category, own.note) == (
        *(neutral, "Officia1 Admin"),
        *("fraud", "This is not you."),
    )


async def test_on_appeal_another_reviewer_shows_it_after_all(house, cast):
    names, leo = house.offices.names, await house.person("leo", Bundle.REVIEWER)
    await names.take_away(cast["eve"], ANN, NO)
    refused, work = await names.own(await now(house, cast["ann"])), house.offices.casework
    draft = AppealDraft("It is me.", name=refused.seq)

    await work.appeals.appeal(cast["ann"], draft)
    with pytest.raises(NotFound):
        await work.appeals.appeal(cast["mia"], draft)
    for reviewer in (cast["eve"], leo):
        with pytest.raises(NotFound):
            await names.decide(reviewer, refused.seq, None)
    assert await work.cases.claim_next(cast["eve"]) is None  # it was she who refused it
    case_id = (await work.cases.claim_next(leo)).case.case_id
    assert (await work.cases.look(leo, case_id)).name == "Ann"
    await work.rulings.decide(leo, case_id, Decision(CaseOutcome.UPHELD))

    assert (await now(house, cast["ann"])).name == "Ann"
    assert (await names.own(cast["ann"])).fact.state is NameState.SHOWN
    with pytest.raises(NotFound):
        await work.appeals.appeal(cast["ann"], draft)


async def test_what_the_filter_refused_is_shown_on_appeal_unless_it_was_replaced(house, cast):
    names, work = house.offices.names, house.offices.casework
    refused = []
    for name in ("buynow Ann", "buynow Annie"):
        with pytest.raises(Prohibited):
            await names.rename(cast["ann"], name)
        refused.append(house.announced[-1].seq)
    for seq in refused:
        await work.appeals.appeal(cast["ann"], AppealDraft("It is me.", name=seq))

    shown = []
    for _ in refused:
        case_id = (await work.cases.claim_next(cast["eve"])).case.case_id
        await work.rulings.decide(cast["eve"], case_id, Decision(CaseOutcome.UPHELD))
        shown.append((await now(house, cast["ann"])).name)

    assert shown == ["buynow Ann"] * 2


async def test_another_name_takes_the_place_of_the_one_that_waits(house, cast):
    names = house.offices.names
    await names.rename(cast["ann"], "Officia1 Admin")
    [row] = await waiting(house)

    await names.rename(await now(house, cast["ann"]), "Annabel")

    assert await waiting(house) == []
    with pytest.raises(NotFound):
        await names.decide(cast["eve"], row.seq, None)
    assert (await now(house, cast["ann"])).name == "Annabel"


async def test_a_refusal_of_the_filter_is_recorded_and_leaves_the_name(house, cast):
    with pytest.raises(Prohibited):
        await house.offices.names.rename(cast["ann"], "buynow")

    assert (await now(house, cast["ann"])).name == "Ann"
    assert await house.offices.names.own(cast["ann"]) is None
    [fact] = [entry.fact for entry in house.announced if isinstance(entry.fact, NameJudged)]
    assert (fact.text, fact.is_void) == ("buynow", True)


async def test_a_name_that_is_shown_can_be_taken_away(house, cast):
    refusal = NameRefusal("attack", "An insult.")

    await house.offices.names.take_away(cast["eve"], ANN, refusal)

    ann = await now(house, cast["ann"])
    own = (await house.offices.names.own(ann)).fact
    assert ann.name.startswith("user ")
    assert (own.text, own.state, own.note) == ("Ann", NameState.REFUSED, "An insult.")


async def test_title_and_summary_wait_are_shown_and_are_taken_away(house, cast):
    names = house.offices.names
    wanted = {"title": "The Official Room", "summary": "callme tonight"}
    await house.rooms.change(cast["mia"], DEMO, lambda now: replace(now, **wanted))
    title, summary = await names.of_room(cast["mia"], DEMO)

    await names.decide(cast["eve"], title.seq, None)
    await names.decide(cast["eve"], summary.seq, NO)

    state = (await house.rooms.live(DEMO)).state
    assert (state.title, state.summary) == ("The Official Room", "")

    await names.take_away(cast["eve"], TITLE, NO)

    assert (await house.rooms.live(DEMO)).state.title.startswith("room ")


async def test_a_title_of_the_operator_is_recorded_and_replaces_what_waits(house, cast):
    await house.rooms.change(cast["mia"], DEMO, lambda now: replace(now, title="Official"))

    await house.rooms.change(None, DEMO, lambda now: replace(now, title="Film night"))

    assert await waiting(house) == []
    assert (await house.rooms.live(DEMO)).state.title == "Film night"


async def test_a_room_closed_for_good_gets_no_title(house, cast):
    await house.rooms.change(cast["mia"], DEMO, lambda now: replace(now, title="Official"))
    await house.rooms.change(None, DEMO, lambda now: replace(now, status=Status.CLOSED))
    [row] = await waiting(house)

    with pytest.raises(Coded) as caught:
        await house.offices.names.decide(cast["eve"], row.seq, None)

    assert caught.value.code is Code.ROOM_CLOSED


async def test_of_two_who_decide_at_once_the_first_does(house, cast):
    leo = await house.person("leo", Bundle.REVIEWER)
    await house.offices.names.rename(cast["ann"], "Officia1 Admin")
    [row] = await waiting(house)

    done = await asyncio.gather(
        house.offices.names.decide(cast["eve"], row.seq, None),
        house.offices.names.decide(leo, row.seq, NO),
        return_exceptions=True,
    )

    assert [type(one) for one in done if one is not None] == [NotFound]


async def test_nobody_decides_on_a_name_of_their_own(house, cast):
    eve = cast["eve"]
    await house.people.grant(None, "eve", Bundle.STREAMER, room=DEMO, until_ms=None)
    await house.rooms.change(
        await now(house, eve), DEMO, lambda now: replace(now, title="callme now")
    )
    [row] = await waiting(house)

    with pytest.raises(Coded) as caught:
        await house.offices.names.decide(await now(house, eve), row.seq, None)
    with pytest.raises(Coded):
        await house.offices.names.take_away(await now(house, eve), replace(ANN, login="eve"), NO)

    assert caught.value.code is Code.OWN_INTEREST


@pytest.mark.parametrize(
    ("login", "error"), [("guest", NotSignedIn), ("ann", NotAllowed), ("mia", NotAllowed)]
)
async def test_only_reviewers_decide(house, cast, login, error):
    names = house.offices.names
    await names.rename(cast["ann"], "Officia1 Admin")
    [row] = await waiting(house)
    cast["ann"] = await now(house, cast["ann"])

    with pytest.raises(error):
        await names.decide(cast[login], row.seq, None)
    with pytest.raises(error):
        await names.take_away(cast[login], TITLE, NO)
    if login != "guest":  # None is the operator here
        with pytest.raises(error):
            await names.waiting(cast[login])


async def test_whose_name_has_to_go_can_be_told_by_a_comment(house, cast):
    await house.say(cast["ann"])

    by_comment = NamePlace(Surface.NAME, room=DEMO, number=1)
    await house.offices.names.take_away(cast["eve"], by_comment, NO)

    assert (await now(house, cast["ann"])).name.startswith("user ")


@pytest.mark.parametrize(
    "where",
    [
        NamePlace(Surface.NAME, login="nobody"),
        NamePlace(Surface.NAME, room=DEMO),
        NamePlace(Surface.NAME, room=DEMO, number=9),
        NamePlace(Surface.TITLE, login="ann"),
        NamePlace(Surface.TITLE, room="nowhere"),
        NamePlace(Surface.NAME),
    ],
)
async def test_what_is_taken_away_has_to_be_there(house, cast, where):
    with pytest.raises(NotFound):
        await house.offices.names.take_away(cast["eve"], where, NO)


@pytest.mark.parametrize(
    "refusal", [NameRefusal("no such category"), NameRefusal("fraud", "n" * 1001)]
)
async def test_a_refusal_says_why_in_known_words_and_few(house, cast, refusal):
    with pytest.raises(BadMessage):
        await house.offices.names.take_away(cast["eve"], ANN, refusal)


async def test_names_are_changed_a_few_times_a_day(tmp_path):
    async with house_on(tmp_path, names_per_day=2) as house:
        ann = await house.person("ann")
        for name in ("Annabel", "Anna"):
            await house.offices.names.rename(ann, name)

        with pytest.raises(TooFast):
            await house.offices.names.rename(ann, "Anne")


async def test_who_may_not_comment_takes_no_other_name(tmp_path):
    async with house_on(tmp_path, identity_required=True) as house:
        ann = await house.person("ann")

        with pytest.raises(DanmakuError) as unverified:
            await house.offices.names.rename(ann, "Annabel")
        with pytest.raises(NotAllowed):
            await house.offices.names.rename(replace(ann, token_room=DEMO), "Annabel")
        with pytest.raises(DanmakuError) as closed:
            await house.offices.names.rename(replace(ann, is_closed=True), "Annabel")

        assert unverified.value.code is Code.NOT_VERIFIED
        assert closed.value.code is Code.ACCOUNT_SUSPENDED


async def test_a_name_survives_a_restart(tmp_path):
    async with house_on(tmp_path) as house:
        ann = await house.person("ann")
        await house.offices.names.rename(ann, "Officia1 Admin")
        neutral = (await now(house, ann)).name

    async with house_on(tmp_path) as house:
        assert (await now(house, ann)).name == neutral
        assert [row.fact.text for row in await waiting(house)] == ["Officia1 Admin"]
