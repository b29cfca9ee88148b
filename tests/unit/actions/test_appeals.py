from dataclasses import replace

import pytest

from danmaku.actions.appeals import APPEAL, APPEALS_BURST, WORDS_MAX, Contested
from danmaku.actions.measures import MeasureDraft
from danmaku.domain.account import Bundle
from danmaku.domain.comment import CommentStatus
from danmaku.domain.ids import RoomId
from danmaku.domain.measures import Step
from danmaku.domain.room import Status
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound, NotSignedIn, TooFast
from tests.unit.actions.house import DEMO

FILM = RoomId("film")


@pytest.fixture
async def cast(house):
    await house.room()
    cast = await house.cast(
        ann=None, bob=None, tom=(Bundle.MODERATOR, DEMO), rey=Bundle.REVIEWER, ria=Bundle.REVIEWER
    )
    refused = await house.say(cast["ann"], "buynow please")
    cast["against"] = Contested(room=DEMO, origin=refused.seq)
    return cast


@pytest.fixture
def appeals(house):
    return house.offices.appeals


async def test_appeal_is_written_down_for_the_platform_and_receipted(house, cast, appeals):
    against = cast["against"]

    receipt = await appeals.file(cast["ann"], against, " It was \n a quotation. ")

    [report, *_] = await house.moderation.reports(cast["rey"])
    fact = report.fact
    assert (fact.receipt, fact.category, fact.room) == (receipt, APPEAL, None)
    assert fact.text == f"demo {against.origin}: It was a quotation."
    assert fact.reporter == cast["ann"].account


async def test_measure_is_appealed_by_whom_it_is_against(house, cast, appeals):
    draft = MeasureDraft(Step.SUSPEND, "spam", "rule 3", login="bob", lasts_ms=60_000)
    measure = await house.offices.measures.take(cast["rey"], draft)
    against = Contested(measure_id=measure.measure_id)

    assert await appeals.file(cast["bob"], against, "I said nothing.")

    with pytest.raises(NotFound):
        await appeals.file(cast["ann"], against, "Let bob speak.")
    await house.offices.measures.reverse(cast["ria"], measure.measure_id, "a mistake")
    with pytest.raises(NotFound):
        await appeals.file(cast["bob"], against, "Still.")


async def test_nobody_appeals_without_words_or_about_others_or_what_stands(house, cast, appeals):
    against, ann = cast["against"], cast["ann"]
    published = await house.say(ann, "hello")

    with pytest.raises(NotSignedIn):
        await appeals.file(None, against, "Why?")
    for words in ("", " \n ", "x" * (WORDS_MAX + 1)):
        with pytest.raises(BadMessage):
            await appeals.file(ann, against, words)
    for other in (Contested(), Contested(room=DEMO, origin=published.seq), Contested("none")):
        with pytest.raises(NotFound):
            await appeals.file(ann, other, "Why?")
    with pytest.raises(NotFound):
        await appeals.file(cast["bob"], against, "It is ann's.")


async def test_appeals_of_one_account_are_bounded(cast, appeals):
    for _ in range(APPEALS_BURST):
        await appeals.file(cast["ann"], cast["against"], "Please look.")

    with pytest.raises(TooFast):
        await appeals.file(cast["ann"], cast["against"], "Please look.")


async def test_granted_comment_appears_late_at_its_place(house, cast, appeals):
    against = cast["against"]
    house.clock.now_ms += 60_000

    entry = await appeals.let_out(cast["rey"], DEMO, against.origin)

    comment = entry.comment
    assert (comment.status, comment.number, comment.late) == (CommentStatus.PUBLISHED, 1, True)
    assert comment.at_ms == house.clock.now_ms - 60_000
    assert await house.texts() == {1: "buynow please"}
    with pytest.raises(NotFound):
        await appeals.let_out(cast["rey"], DEMO, against.origin)


async def test_only_a_reviewer_of_the_platform_grants_and_nobody_for_themselves(
    house, cast, appeals
):
    origin = cast["against"].origin
    own = await house.say(cast["rey"], "buynow too")

    with pytest.raises(NotSignedIn):
        await appeals.let_out(None, DEMO, origin)
    for login in ("ann", "tom"):
        with pytest.raises(NotAllowed):
            await appeals.let_out(cast[login], DEMO, origin)
    with pytest.raises(Coded) as refused:
        await appeals.let_out(cast["rey"], DEMO, own.seq)
    assert refused.value.code is Code.OWN_INTEREST


async def test_what_a_person_has_refused_or_a_closed_room_is_not_let_out(house, cast, appeals):
    held = await house.say(cast["ann"], "callme maybe")
    await house.moderation.reject(cast["rey"], DEMO, held.seq, "spam")

    assert await appeals.file(cast["ann"], Contested(room=DEMO, origin=held.seq), "It is a song.")
    with pytest.raises(NotFound):
        await appeals.let_out(cast["ria"], DEMO, held.seq)
    with pytest.raises(NotFound):
        await appeals.let_out(cast["ria"], FILM, held.seq)

    await house.rooms.change(None, DEMO, lambda state: replace(state, status=Status.CLOSED))
    with pytest.raises(Coded) as refused:
        await appeals.let_out(cast["ria"], DEMO, cast["against"].origin)
    assert refused.value.code is Code.ROOM_CLOSED
