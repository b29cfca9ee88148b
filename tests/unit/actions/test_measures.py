import asyncio

import pytest

from danmaku.actions.drawn import new_id
from danmaku.actions.measures import MeasureDraft
from danmaku.actions.moderation import Moderation
from danmaku.domain.account import Bundle, Power
from danmaku.domain.facts import CommentHeld, CommentPublished
from danmaku.domain.measures import Function, Step
from danmaku.domain.people_facts import MeasureTaken
from danmaku.domain.room import Status
from danmaku.domain.times import HOUR_MS
from danmaku.errors import BadMessage, Code, Coded, DanmakuError, NotAllowed, NotFound, NotSignedIn
from tests.unit.actions.house import DEMO, Late


@pytest.fixture
async def cast(house):
    cast = await house.cast(
        ann=None,
        rey=Bundle.REVIEWER,
        eve=Bundle.CHIEF_EDITOR,
        ned=Bundle.CHIEF_EDITOR,
        mia=(Bundle.STREAMER, DEMO),
        tom=(Bundle.MODERATOR, DEMO),
        ins=Bundle.INSPECTOR,
    )
    await house.room(owner=cast["mia"].account)
    return cast


def draft(step=Step.SUSPEND, **fields):
    standard = {"category": "spam", "basis": "rule 3", "note": "No more of this."}
    whom = {} if {"login", "room"} & fields.keys() else {"login": "ann"}
    return MeasureDraft(step, **standard | whom | fields)


async def code_of(sending):
    try:
        entry = await sending
    except DanmakuError as refusal:
        return refusal.code
    return type(entry.fact)


STOPPED = {
    "warn": (draft(Step.WARN), Code.WARNING_UNREAD),
    "suspend": (draft(lasts_ms=HOUR_MS), Code.ACCOUNT_SUSPENDED),
    "mute": (draft(room=DEMO, login="ann", lasts_ms=HOUR_MS), Code.MUTED),
    "mute elsewhere": (draft(room="film", login="ann"), CommentPublished),
    "close": (draft(Step.CLOSE), Code.ACCOUNT_SUSPENDED),
    "rate": (draft(Step.LIMIT, functions=frozenset({Function.RATE})), CommentPublished),
    "pause": (draft(Step.PAUSE_COMMENTS, room=DEMO, lasts_ms=HOUR_MS), Code.ROOM_PAUSED),
    "close comments": (draft(Step.CLOSE_COMMENTS, room=DEMO), Code.ROOM_CLOSED),
}


@pytest.mark.parametrize("name", STOPPED)
async def test_a_step_is_felt_by_the_next_send_and_no_more_once_it_is_undone(house, cast, name):
    wanted, code = STOPPED[name]

    measure = await house.offices.measures.take(cast["eve"], wanted)
    during = await code_of(house.say(cast["ann"]))
    await house.offices.measures.reverse(cast["eve"], measure.measure_id, "It was a mistake.")
    house.clock.now_ms += 120_000
    after = await code_of(house.say(cast["ann"], "again, hello"))

    assert (during, after) == (code, CommentPublished)


@pytest.mark.parametrize("name", ["suspend", "mute", "pause"])
async def test_a_step_ends_by_itself(house, cast, name):
    await house.offices.measures.take(cast["rey"], STOPPED[name][0])

    house.clock.now_ms += HOUR_MS - 1
    assert await code_of(house.say(cast["ann"])) == STOPPED[name][1]
    house.clock.now_ms += 1
    assert await code_of(house.say(cast["ann"])) is CommentPublished


async def test_a_clock_that_jumps_back_and_forth_leaves_measures_and_grants_as_of_its_time(
    house, cast
):
    start_ms = house.clock.now_ms
    await house.offices.measures.take(cast["rey"], draft(lasts_ms=HOUR_MS))
    until_ms = house.clock.now_ms + HOUR_MS
    await house.people.grant(None, "ann", Bundle.REVIEWER, room=None, until_ms=until_ms)
    ann = await house.people.known("ann")
    seen = []
    for jump_ms in (0, HOUR_MS, 0, 2 * HOUR_MS, HOUR_MS - 1):
        house.clock.now_ms = start_ms + jump_ms
        may = ann.may(Power.REPORT_READ, None, house.clock())
        seen.append((await code_of(house.say(ann, f"after {len(seen)}")), may))

    stopped, free = (Code.ACCOUNT_SUSPENDED, True), (CommentPublished, False)
    assert seen == [stopped, free, stopped, free, stopped]


async def test_a_limited_sender_waits_a_minute_between_comments(house, cast):
    await house.offices.measures.take(cast["rey"], STOPPED["rate"][0])
    await house.say(cast["ann"])

    assert await code_of(house.say(cast["ann"], "more of it")) is Code.RATE_LIMITED
    house.clock.now_ms += 60_000
    assert await code_of(house.say(cast["ann"], "more of it")) is CommentPublished


async def test_a_warning_is_read_and_sending_goes_on(house, cast):
    measures = house.offices.measures
    warning = await measures.take(cast["rey"], draft(Step.WARN))

    await measures.read(cast["ann"], warning.measure_id)

    assert await code_of(house.say(cast["ann"])) is CommentPublished
    [row] = await measures.own(cast["ann"])
    assert (row.is_read, row.fact.note) == (True, "No more of this.")
    with pytest.raises(NotFound):
        await measures.read(cast["ann"], warning.measure_id)


async def test_a_deleted_comment_leaves_with_its_measure_and_comes_back_with_its_reversal(
    house, cast
):
    measures = house.offices.measures
    await house.say(cast["ann"], "first")

    taken = await measures.take(cast["rey"], draft(Step.DELETE, room=DEMO, number=1))
    assert await house.texts() == {1: None}
    await measures.reverse(cast["eve"], taken.measure_id, "It was fine.")

    assert await house.texts() == {1: "first"}
    assert await code_of(house.say(cast["ann"], "second")) is CommentPublished


async def test_a_held_comment_is_refused_by_a_measure(house, cast):
    held = await house.say(cast["ann"], "callme now")
    assert isinstance(held.fact, CommentHeld)

    await house.offices.measures.take(cast["rey"], draft(Step.REFUSE, room=DEMO, origin=held.seq))

    assert await house.moderation.held(cast["rey"], DEMO) == []
    [row] = await house.offices.measures.own(cast["ann"])
    assert row.fact.measure.origin == held.seq


async def test_a_refusal_that_is_undone_publishes_the_comment_late_at_its_old_place(house, cast):
    held = await house.comments.post(
        cast["ann"], DEMO, house.draft("callme now", position_ms=42_000)
    )
    await house.say(cast["ann"], "sent after it")
    wanted = draft(Step.REFUSE, room=DEMO, origin=held.seq)
    refusal = await house.offices.measures.take(cast["rey"], wanted)

    await house.offices.measures.reverse(cast["eve"], refusal.measure_id, "It was fine.")

    _, shown = await house.store.comment(DEMO, 2)
    assert (shown.content.text, shown.content.position_ms) == ("callme now", 42_000)
    assert (shown.late, shown.origin, shown.at_ms) == (True, held.seq, held.fact.at_ms)
    assert await house.texts() == {1: "sent after it", 2: "callme now"}


async def test_a_refused_comment_is_published_by_nothing_but_the_undoing_of_its_refusal(
    house, cast
):
    held = await house.say(cast["ann"], "callme now")
    late = Late(house.store, "held_comment")
    slow = Moderation(
        *(house.store, late, house.store, house.store),
        trained=house.offices.team.training.require_of_staff,
        freshen=house.people.standings.freshen,
        clock=house.clock,
        new_id=new_id,
        filings_max=1,
        report_ms=1,
    )
    approving = asyncio.create_task(slow.approve(cast["eve"], DEMO, held.seq))
    await late.has_read.wait()
    await house.moderation.reject(cast["rey"], DEMO, held.seq, "spam")
    late.let_go.set()

    with pytest.raises(NotFound):
        await approving

    assert await house.texts() == {}


async def test_evidence_holds_what_was_written_and_what_stood_around_it(house, cast):
    for text in ("before it", "what a darn thing", "after it"):
        await house.say(cast["ann"], text)
    measures = house.offices.measures
    taken = await measures.take(cast["rey"], draft(Step.DELETE, room=DEMO, number=2))

    found = await house.offices.dossiers.evidence(cast["ins"], taken.measure_id)

    fact = found.comment.fact
    assert fact.verdict.original == "what a darn thing"
    assert (fact.author, fact.verdict.ruleset) == (cast["ann"].account, house.rules.version)
    assert found.row.fact.actor == cast["rey"].account
    assert found.neighbours == ("before it", "after it")


# --- who may


MATRIX = {
    # who: mute here, suspend, close
    "ann": (NotAllowed, NotAllowed, NotAllowed),
    "tom": (None, NotAllowed, NotAllowed),
    "mia": (None, NotAllowed, NotAllowed),
    "ins": (NotAllowed, NotAllowed, NotAllowed),
    "rey": (None, None, NotAllowed),
    "eve": (None, None, None),
}


@pytest.mark.parametrize("login", MATRIX)
async def test_each_takes_the_steps_of_its_grants_and_no_other(house, cast, login):
    await house.person("bob")
    wanted = (draft(room=DEMO, login="bob"), draft(login="bob"), draft(Step.CLOSE, login="bob"))

    got = []
    for each in wanted:
        try:
            await house.offices.measures.take(cast[login], each)
            got.append(None)
        except NotAllowed:
            got.append(NotAllowed)

    assert tuple(got) == MATRIX[login]


async def test_nobody_takes_or_undoes_a_measure_against_themselves(house, cast):
    measures = house.offices.measures
    with pytest.raises(Coded) as taking:
        await measures.take(cast["rey"], draft(login="rey"))
    taken = await measures.take(cast["eve"], draft(login="rey"))
    rey = await house.people.standings.freshen(cast["rey"])
    with pytest.raises(Coded) as undoing:
        await measures.reverse(rey, taken.measure_id, "I think it was wrong.")

    assert taking.value.code is undoing.value.code is Code.OWN_INTEREST


async def test_who_keeps_a_room_is_not_muted_by_another_who_does(house, cast):
    with pytest.raises(NotAllowed):
        await house.offices.measures.take(cast["tom"], draft(room=DEMO, login="mia"))

    assert await house.offices.measures.take(cast["rey"], draft(room=DEMO, login="mia"))


async def test_nobody_is_barred_by_one_person_alone(house, cast):
    measures = house.offices.measures
    with pytest.raises(NotAllowed):
        await measures.take(cast["eve"], draft(Step.FORBID))
    await measures.take(cast["eve"], draft())
    with pytest.raises(NotAllowed):
        await measures.take(cast["eve"], draft(Step.FORBID))

    await measures.take(cast["ned"], draft(Step.FORBID))

    assert await code_of(house.say(cast["ann"])) is Code.IDENTITY_BARRED
    [barred, _] = await measures.own(cast["ann"])
    assert barred.fact.second == cast["eve"].account


async def test_the_operator_at_the_desk_names_a_person_for_what_touches_a_comment(house, cast):
    await house.say(cast["ann"])

    with pytest.raises(NotSignedIn):
        await house.offices.measures.take(None, draft(Step.DELETE, room=DEMO, number=1))

    assert await house.offices.measures.take(None, draft(lasts_ms=HOUR_MS))


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (draft(login="nobody"), NotFound),
        (draft(Step.DELETE, room=DEMO, number=9), NotFound),
        (draft(Step.REFUSE, room=DEMO, origin=9), NotFound),
        (draft(note="x" * 1001), BadMessage),
        (draft(Step.PAUSE_COMMENTS), BadMessage),
        (draft(category="opinion"), BadMessage),
    ],
)
async def test_what_makes_no_sense_is_refused_and_nothing_is_written(house, cast, wanted, error):
    with pytest.raises(error):
        await house.offices.measures.take(cast["eve"], wanted)

    assert not any(isinstance(entry.fact, MeasureTaken) for entry in house.announced)


async def test_who_takes_no_steps_learns_no_logins_by_asking(house, cast):
    for login in ("eve", "nobody at all"):
        with pytest.raises(NotAllowed):
            await house.offices.measures.take(cast["ann"], draft(login=login))


async def test_a_closed_room_is_open_again_after_the_reversal(house, cast):
    measures = house.offices.measures
    closed = await measures.take(cast["eve"], STOPPED["close comments"][0])

    assert (await house.rooms.live(DEMO)).state.status is Status.CLOSED
    assert (await measures.own(cast["mia"]))[0].fact.measure == closed
    await measures.reverse(cast["ned"], closed.measure_id, "")
    assert (await house.rooms.live(DEMO)).state.status is Status.OPEN


async def test_a_reversal_is_done_once(house, cast):
    measures = house.offices.measures
    taken = await measures.take(cast["eve"], draft())
    await measures.reverse(cast["eve"], taken.measure_id, "")

    with pytest.raises(NotFound):
        await measures.reverse(cast["eve"], taken.measure_id, "")


async def test_lists_are_for_those_who_look_after_them(house, cast):
    measures = house.offices.measures
    await measures.take(cast["eve"], draft())
    await measures.take(cast["mia"], draft(room=DEMO, login="ann"))

    assert len(await measures.taken(cast["ins"])) == 2
    assert len(await measures.taken(cast["ins"], login="ann")) == 2
    assert len(await measures.taken(cast["mia"], room=DEMO)) == 1
    with pytest.raises(NotAllowed):
        await measures.taken(cast["mia"])
    with pytest.raises(NotAllowed):
        await house.offices.dossiers.evidence(cast["mia"], "any")
