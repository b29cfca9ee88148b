import pytest

from danmaku.actions.leaving import ACCOUNT_CLOSED, Leaving
from danmaku.domain.comment import CommentStatus, RecalledBy
from danmaku.domain.ids import PLATFORM
from danmaku.domain.people_facts import AccountClosed
from danmaku.domain.privacy import ACCOUNT
from danmaku.domain.times import DAY_MS
from danmaku.errors import BadMessage, NotSignedIn
from tests.unit.actions.house import DEMO, house_on

OTHER = "other"


def leaving_of(house, forgotten=None):
    async def forget(account):
        if forgotten is not None:
            forgotten.append(account)

    return Leaving(
        house.store,
        house.store,
        house.store,
        house.store.personal,
        holders=house.people.holders,
        forget=forget,
        freshen=house.people.standings.freshen,
        clock=house.clock,
    )


@pytest.fixture
async def house(tmp_path):
    async with house_on(tmp_path) as house:
        await house.room()
        await house.room(OTHER)
        yield house


async def test_every_comment_leaves_public_view_at_once_in_every_room(house):
    ann, ben = await house.person("ann"), await house.person("ben")
    await house.say(ann, "one of ann")
    await house.say(ben, "one of ben")
    await house.say(ann, "another of ann", room=OTHER)

    await leaving_of(house).close(ann, login="ANN")

    assert await house.texts() == {1: None, 2: "one of ben"}
    assert await house.texts(OTHER) == {1: None}
    [marker, _] = await house.store.comments(DEMO, after=0)
    assert (marker.comment.by, marker.comment.category) == (RecalledBy.AUTHOR, ACCOUNT_CLOSED)


async def test_what_waits_for_a_person_waits_no_longer(house):
    ann = await house.person("ann")
    await house.say(ann, "callme later")

    await leaving_of(house).close(ann, login="ann")

    assert await house.store.held(None) == []
    [own] = await house.store.own(ann.account, DEMO)
    assert (own.status, own.category) == (CommentStatus.REFUSED, ACCOUNT_CLOSED)


async def test_tokens_and_identity_go_at_once_and_the_rest_has_its_date(house):
    ann, forgotten = await house.person("ann"), []
    await house.people.issue_token(ann, "player", expires_ms=None, room=None)
    closed_ms = house.clock()

    erasure = await leaving_of(house, forgotten).close(ann, login="ann")

    assert forgotten == [ann.account]
    assert await house.store.tokens(ann.account, closed_ms) == []
    assert erasure.closed_ms == closed_ms
    assert erasure.erased_ms == closed_ms + ACCOUNT.term.days * DAY_MS
    assert (await house.people.standings.of(ann.account)).is_closed


async def test_leaving_twice_is_leaving_once(house):
    ann = await house.person("ann")
    leaving = leaving_of(house)

    await leaving.close(ann, login="ann")
    await leaving.close(ann, login="ann")

    facts = [entry.fact for entry in house.announced if entry.chain == PLATFORM]
    assert facts.count(AccountClosed(ann.account)) == 1


async def test_nobody_leaves_by_mistake(house):
    ann = await house.person("ann")

    with pytest.raises(BadMessage):
        await leaving_of(house).close(ann, login="ben")
    with pytest.raises(NotSignedIn):
        await leaving_of(house).close(None, login="ann")


async def test_what_a_stop_left_undone_is_taken_up(house):
    ann = await house.person("ann")
    await house.say(ann, "one of ann")
    leaving = leaving_of(house)
    await leaving.close(ann, login="ann")

    assert await leaving.clear_all() == 0
