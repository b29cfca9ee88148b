import asyncio
from dataclasses import replace

import pytest

from danmaku.actions.moderation import CONTACT_MAX, REPORT_TEXT_MAX, REPORTS_BURST, ReportDraft
from danmaku.actions.sample_texts import sample_questions
from danmaku.domain.account import Bundle
from danmaku.domain.case_facts import ResultTold
from danmaku.domain.case_lists import CaseFilter
from danmaku.domain.cases import CaseKind
from danmaku.domain.comment import CommentStatus
from danmaku.domain.ids import Number, RoomId, Seq
from danmaku.domain.room import ReviewMode, Status
from danmaku.errors import (
    BadMessage,
    Code,
    Coded,
    DanmakuError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooFast,
)
from tests.unit.actions.house import DEMO, house_on

FILM = RoomId("film")


async def answer_of(awaitable):
    """The code of the refusal; None for a yes."""
    try:
        await awaitable
    except DanmakuError as refused:
        return refused.code
    return None


@pytest.fixture
async def cast(house):
    """Everybody who may have to do with what ann and tom sent into `demo`, where each is seen."""
    await house.room(mode=ReviewMode.EVERY)
    await house.room(FILM, mode=ReviewMode.EVERY)
    cast = await house.cast(
        ann=None,
        tom=(Bundle.MODERATOR, DEMO),
        max=(Bundle.MODERATOR, FILM),
        mia=(Bundle.STREAMER, DEMO),
        rey=Bundle.REVIEWER,
        ins=Bundle.INSPECTOR,
        opal=Bundle.OPERATOR,
    )
    cast["held"] = (await house.say(cast["ann"], "oh darn")).seq
    return cast


# --- held comments


async def test_in_a_room_where_each_is_seen_nothing_appears_before_a_person_has_approved(
    house, cast
):
    assert await house.texts() == {}

    house.clock.now_ms += 60_000
    entry = await house.moderation.approve(cast["tom"], DEMO, cast["held"])

    assert await house.texts() == {1: "oh ****"}
    assert (entry.comment.number, entry.comment.late) == (1, True)
    assert entry.comment.at_ms == house.clock() - 60_000
    assert (entry.fact.author, entry.fact.actor) == (cast["ann"].account, cast["tom"].account)
    assert entry.fact.verdict.original == "oh darn"


async def test_in_a_room_closed_for_good_a_held_comment_can_be_rejected_and_nothing_else(
    house, cast
):
    await house.rooms.change(None, DEMO, lambda state: replace(state, status=Status.CLOSED))

    approving = house.moderation.approve(cast["tom"], DEMO, cast["held"])
    assert await answer_of(approving) == Code.ROOM_CLOSED
    await house.moderation.reject(cast["tom"], DEMO, cast["held"], "other")

    assert await house.texts() == {}


async def test_an_approved_comment_takes_the_next_number_and_keeps_its_position(house, cast):
    first = await house.comments.post(cast["ann"], DEMO, house.draft("a", position_ms=9_000))
    await house.moderation.approve(cast["tom"], DEMO, cast["held"])

    entry = await house.moderation.approve(cast["tom"], DEMO, first.seq)

    assert (entry.comment.number, entry.comment.position_ms) == (2, 9_000)
    assert (entry.comment.origin, entry.seq) == (first.seq, 5)


async def test_a_rejected_comment_is_told_to_its_author_alone(house, cast):
    entry = await house.moderation.reject(cast["tom"], DEMO, cast["held"], "spoiler")

    assert (entry.fact.category, entry.fact.actor) == ("spoiler", cast["tom"].account)
    assert await house.texts() == {}
    [own] = await house.store.own(cast["ann"].account, DEMO)
    assert (own.status, own.category) == (CommentStatus.REFUSED, "spoiler")


async def test_a_rejection_names_a_known_category(house, cast):
    with pytest.raises(BadMessage):
        await house.moderation.reject(cast["tom"], DEMO, cast["held"], "opinion")

    assert len(await house.moderation.held(cast["tom"], DEMO)) == 1


async def test_staff_decide_what_is_held_only_when_trained_and_keepers_of_the_room_always(
    house, cast
):
    await house.offices.team.training.issue(None, sample_questions())
    only_here = replace(cast["rey"], token_room=DEMO)
    decisions = [
        house.moderation.approve(cast["rey"], DEMO, cast["held"]),
        house.moderation.approve(only_here, DEMO, cast["held"]),
        house.moderation.reject(cast["rey"], DEMO, cast["held"], "spam"),
    ]
    assert [await answer_of(one) for one in decisions] == [Code.TRAINING_REQUIRED] * 3

    right = [one.right for one in sample_questions().questions]
    await house.offices.team.training.take(cast["rey"], 1, right)
    await house.moderation.approve(cast["rey"], DEMO, cast["held"])
    other = (await house.say(cast["ann"], "oh darn again")).seq
    await house.moderation.approve(cast["tom"], DEMO, other)

    assert await house.texts() == {1: "oh ****", 2: "oh **** again"}


DECIDES = {
    "guest": Code.NOT_SIGNED_IN,
    "ann": Code.NOT_GRANTED,
    "tom": None,
    "max": Code.NOT_GRANTED,
    "mia": None,
    "rey": None,
    "ins": Code.NOT_GRANTED,
    "opal": Code.NOT_GRANTED,
}


@pytest.mark.parametrize("login", DECIDES)
async def test_who_may_approve(house, cast, login):
    approving = house.moderation.approve(cast[login], DEMO, cast["held"])

    assert await answer_of(approving) == DECIDES[login]


@pytest.mark.parametrize("login", DECIDES)
async def test_who_may_reject(house, cast, login):
    rejecting = house.moderation.reject(cast[login], DEMO, cast["held"], "spam")

    assert await answer_of(rejecting) == DECIDES[login]


async def test_nobody_decides_on_their_own_comment(house, cast):
    own = (await house.say(cast["tom"], "mine")).seq

    approving = await answer_of(house.moderation.approve(cast["tom"], DEMO, own))
    rejecting = await answer_of(house.moderation.reject(cast["tom"], DEMO, own, "spam"))

    assert (approving, rejecting) == (Code.OWN_INTEREST, Code.OWN_INTEREST)
    await house.moderation.approve(cast["rey"], DEMO, own)


async def test_what_is_decided_is_decided_once(house, cast):
    outcomes = await asyncio.gather(
        house.moderation.approve(cast["tom"], DEMO, cast["held"]),
        house.moderation.reject(cast["rey"], DEMO, cast["held"], "spam"),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes].count(NotFound) == 1
    assert await house.moderation.held(cast["rey"], DEMO) == []


@pytest.mark.parametrize(("room", "origin"), [(DEMO, 1), (DEMO, 99), (FILM, 2)])
async def test_what_is_not_held_is_not_found(house, cast, room, origin):
    with pytest.raises(NotFound):
        await house.moderation.approve(cast["rey"], room, Seq(origin))


# --- the list of held comments


async def test_who_sees_which_held_comments(house, cast):
    await house.say(cast["ann"], "in the film", FILM)

    async def rooms_seen(login, room=None):
        try:
            held = await house.moderation.held(cast[login], room)
        except (NotSignedIn, NotAllowed) as refused:
            return refused.code
        return [one.room for one in held]

    assert [await rooms_seen(login) for login in ("tom", "max", "mia", "rey")] == [
        [DEMO],
        [FILM],
        [DEMO],
        [DEMO, FILM],
    ]
    assert await rooms_seen("tom", FILM) == Code.NOT_GRANTED
    assert await rooms_seen("rey", FILM) == [FILM]
    assert await rooms_seen("guest") == Code.NOT_SIGNED_IN
    assert await rooms_seen("guest", DEMO) == Code.NOT_SIGNED_IN
    assert await rooms_seen("ann") == await rooms_seen("opal") == Code.NOT_GRANTED


# --- reports


def report_of(category="spam", room=DEMO, number=None, **fields):
    return ReportDraft(category, room, number, **fields)


async def test_a_report_is_written_down_and_receipted(house, cast):
    await house.moderation.approve(cast["tom"], DEMO, cast["held"])
    draft = report_of(number=Number(1), text=" look \n here ", contact=" me@example.org")

    given = await house.moderation.report(cast["ann"], draft, source="127.0.0.1")

    [report] = await house.moderation.reports(cast["rey"])
    assert report.fact.receipt == given.receipt
    assert not given.is_repeated
    assert (report.fact.reporter, report.fact.room, report.fact.number) == (
        cast["ann"].account,
        DEMO,
        1,
    )
    assert (report.fact.text, report.fact.contact) == ("look here", "me@example.org")


async def test_anybody_may_report_the_site_a_room_or_a_comment(house, cast):
    await house.moderation.approve(cast["tom"], DEMO, cast["held"])
    drafts = [report_of(room=None), report_of(), report_of(number=Number(1))]

    given = [await house.moderation.report(None, draft, source="a") for draft in drafts]

    assert len({one.receipt for one in given}) == 3
    reports = await house.moderation.reports(cast["ins"])
    assert [(one.fact.room, one.fact.number) for one in reports] == [
        (DEMO, 1),
        (DEMO, None),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("draft", "error"),
    [
        (report_of(category="opinion"), BadMessage),
        (report_of(text="x" * (REPORT_TEXT_MAX + 1)), BadMessage),
        (report_of(contact="x" * (CONTACT_MAX + 1)), BadMessage),
        (report_of(room=None, number=Number(1)), BadMessage),
        (report_of(room=RoomId("nowhere")), NotFound),
        (report_of(number=Number(1)), NotFound),
        (report_of(number=Number(0)), NotFound),
        (report_of(number=Number(-1)), NotFound),
    ],
)
async def test_a_report_of_nothing_is_not_taken(house, cast, draft, error):
    with pytest.raises(error):
        await house.moderation.report(None, draft, source="127.0.0.1")

    assert await house.moderation.reports(cast["rey"]) == []


async def test_reports_of_one_source_are_limited_and_those_of_another_are_not(house, cast):
    for _ in range(REPORTS_BURST):
        await house.moderation.report(None, report_of(), source="127.0.0.1")

    with pytest.raises(TooFast):
        await house.moderation.report(None, report_of(), source="127.0.0.1")
    await house.moderation.report(None, report_of(), source="127.0.0.2")
    await house.moderation.report(cast["ann"], report_of(), source="127.0.0.1")


async def test_who_reports_the_same_again_has_their_receipt_already(house, cast):
    async def report(who, browser, category="spam"):
        draft = report_of(category)
        return await house.moderation.report(who, draft, source="127.0.0.1", browser=browser)

    first = [await report(cast["ann"], "a"), await report(None, "b")]
    again = [await report(cast["ann"], "c", "other"), await report(None, "b")]
    stranger = await report(None, "d")

    assert [one.receipt for one in again] == [one.receipt for one in first]
    assert [one.is_repeated for one in [*first, *again, stranger]] == [False] * 2 + [True] * 2 + [
        False
    ]
    [case] = await house.store.cases(CaseFilter(kinds=frozenset({CaseKind.REPORT})), house.clock())
    assert case.reports_count == 3


@pytest.mark.usefixtures("cast")
async def test_after_the_end_the_same_may_be_reported_anew(house):
    draft = report_of()
    given = [await house.moderation.report(None, draft, source="a", browser="b")]
    await house.offices.casework.appeals.withdraw(None, given[0].receipt, source="a")

    given.append(await house.moderation.report(None, draft, source="a", browser="b"))

    assert not given[1].is_repeated
    assert given[1].receipt != given[0].receipt


async def test_one_account_has_so_many_waiting_and_one_address_sends_so_many_a_day(tmp_path):
    async with house_on(tmp_path, filings_max=3) as house:
        ann = await house.person("ann")
        rooms = [await house.room(RoomId(f"r{n}")) for n in range(4)]

        async def report(who, room):
            house.clock.now_ms += 60_000
            return await house.moderation.report(who, report_of(room=room), source="here")

        for who in (ann, None):
            for room in rooms[:3]:
                await report(who, room)

        with pytest.raises(Coded) as limited:
            await report(ann, rooms[3])
        assert limited.value.code is Code.OWN_LIMIT
        with pytest.raises(TooFast):
            await report(None, rooms[3])


async def test_what_is_decided_on_a_held_comment_is_told_to_its_author(house, cast):
    await house.moderation.approve(cast["tom"], DEMO, cast["held"])
    other = await house.say(cast["ann"], "callme later")
    await house.moderation.reject(cast["tom"], DEMO, other.seq, "spam")

    told = [one.fact for one in house.announced if isinstance(one.fact, ResultTold)]

    assert [(one.account, one.outcome.value) for one in told] == [
        (cast["ann"].account, "rejected"),
        (cast["ann"].account, "upheld"),
    ]


READS = {
    "guest": Code.NOT_SIGNED_IN,
    "ann": Code.NOT_GRANTED,
    "tom": Code.NOT_GRANTED,
    "mia": Code.NOT_GRANTED,
    "rey": None,
    "ins": None,
    "opal": Code.NOT_GRANTED,
}


@pytest.mark.parametrize("login", READS)
async def test_who_may_read_reports(house, cast, login):
    assert await answer_of(house.moderation.reports(cast[login])) == READS[login]
