import re
from dataclasses import replace

import pytest

from danmaku.domain.account import NAME_MAX, Bundle
from danmaku.domain.facts import NameJudged
from danmaku.domain.naming import NameState, Surface
from danmaku.domain.room import RoomState
from danmaku.errors import BadMessage, Overloaded, Prohibited, TooFast
from danmaku.filter.names import IMPERSONATION
from danmaku.filter.screen import Screen
from tests.unit.actions.house import DEMO, SCREEN, house_on

PASSWORD = "correct horse"


class FaultyScreen(Screen):
    def findings(self, *_):
        raise RuntimeError("a defect")


async def category_of(awaitable):
    """Why it is prohibited; None for a yes."""
    try:
        await awaitable
    except Prohibited as refused:
        return refused.category
    return None


async def given(house, name):
    """What becomes of a name that somebody registers under: the category it waits for, and name."""
    who = await house.people.register("ann", name, PASSWORD)
    row = await house.offices.names.own(who)
    return (None if row is None else row.fact.category), who.name


@pytest.mark.parametrize("name", ["Ann", "感官方块", "Mia"])
async def test_a_clean_name_is_shown_at_once(house, name):
    await house.person("mia")  # who holds no powers

    assert await given(house, name) == (None, name)


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("callme Ann", "contact"),
        ("管·理·员", IMPERSONATION),
        ("Administrator", IMPERSONATION),
        ("Officia1 Admin", IMPERSONATION),
        ("\u0410nnabel", IMPERSONATION),
    ],
)
async def test_a_name_that_objects_or_deceives_waits_behind_a_neutral_one(house, name, category):
    waits_for, shown = await given(house, name)

    assert waits_for == category
    assert re.fullmatch("user [0-9a-f]{4}", shown)


async def test_a_name_that_the_filter_refuses_opens_no_account(house):
    assert await category_of(house.people.register("ann", "b.u.y.n.o.w", PASSWORD)) == "spam"
    assert await house.people.known("ann") is None


@pytest.mark.parametrize("name", ["Mia", "M\u200bia", "Ｍｌａ", "m.i.a"])
async def test_the_name_of_one_who_holds_powers_waits(house, name):
    await house.person("mia", (Bundle.STREAMER, DEMO))

    waits_for, shown = await given(house, name)

    assert (waits_for, shown.startswith("user ")) == (IMPERSONATION, True)


async def test_one_is_not_taken_for_oneself(house):
    mia = await house.person("mia", (Bundle.STREAMER, DEMO))

    again = await house.naming.given(Surface.NAME, "M.i.a", mia)

    assert again.state is NameState.SHOWN


async def test_who_decides_on_names_may_speak_for_the_house(house):
    eve = await house.person("eve", Bundle.REVIEWER)

    assert (await house.naming.given(Surface.NAME, "Staff Eve", eve)).state is NameState.SHOWN


async def test_powers_that_have_ended_protect_no_name(house):
    mia = await house.person("mia", Bundle.MODERATOR)
    grant = next(grant for grant in mia.grants if grant.bundle is Bundle.MODERATOR)
    await house.people.revoke(None, "mia", grant.grant_id)

    assert await given(house, "Mia") == (None, "Mia")


async def test_who_adds_somebody_vouches_for_the_name_but_not_for_its_words(house):
    assert await category_of(house.people.add("root", "Admin", None)) is None
    assert await category_of(house.people.add("ads", "buynow", None)) == "spam"


async def test_a_name_has_its_bounds(house):
    for name in ("", "\u200b", "n" * (NAME_MAX + 1)):
        with pytest.raises(BadMessage):
            house.naming.vouched(name)


@pytest.mark.parametrize(
    ("title", "category"),
    [("Film night", None), ("darn films", "mild"), ("Film n\u0456ght", IMPERSONATION)],
)
async def test_the_operators_titles_get_yes_or_no(house, title, category):
    opened = house.rooms.open(None, DEMO, RoomState(title), owner=None)

    assert await category_of(opened) == category


async def test_a_new_title_is_looked_at_and_an_old_one_is_left_alone(tmp_path):
    async with house_on(tmp_path) as house:
        await house.room()

        renamed = house.rooms.change(None, DEMO, lambda _: RoomState("buynow"))
        assert await category_of(renamed) == "spam"
        assert (await house.rooms.live(DEMO)).state.title == "A room"


async def test_a_room_opens_without_what_has_to_wait(house):
    mia = await house.person("mia", Bundle.OPERATOR)
    asked = RoomState("The Official Room", summary="callme tonight")

    await house.rooms.open(mia, DEMO, asked, owner=mia.account)

    state = (await house.rooms.live(DEMO)).state
    assert re.fullmatch("room [0-9a-f]{4}", state.title)
    assert state.summary == ""
    waiting = await house.offices.names.waiting(None)
    assert [(row.fact.surface, row.fact.text, row.fact.category) for row in waiting] == [
        (Surface.TITLE, "The Official Room", IMPERSONATION),
        (Surface.SUMMARY, "callme tonight", "contact"),
    ]


async def test_a_title_is_masked_as_a_comment_would_be(house):
    mia = await house.person("mia", (Bundle.STREAMER, DEMO))
    await house.room()

    await house.rooms.change(mia, DEMO, lambda now: replace(now, title="darn films"))

    assert (await house.rooms.live(DEMO)).state.title == "**** films"


async def test_a_refused_title_is_recorded_and_changes_nothing(house):
    mia = await house.person("mia", (Bundle.STREAMER, DEMO))
    await house.room()

    changed = house.rooms.change(mia, DEMO, lambda now: replace(now, title="buynow", summary="x"))
    assert await category_of(changed) == "spam"

    state = (await house.rooms.live(DEMO)).state
    assert (state.title, state.summary) == ("A room", "")
    facts = [entry.fact for entry in house.announced if isinstance(entry.fact, NameJudged)]
    assert [(fact.state, fact.text, fact.category) for fact in facts] == [
        (NameState.REFUSED, "buynow", "spam")
    ]


async def test_too_many_titles_are_too_fast(tmp_path):
    async with house_on(tmp_path, names_per_day=2) as house:
        mia = await house.person("mia", (Bundle.STREAMER, DEMO))
        await house.room()
        for title in ("One", "Two"):
            await house.rooms.change(mia, DEMO, lambda now, title=title: replace(now, title=title))

        with pytest.raises(TooFast):
            await house.rooms.change(mia, DEMO, lambda now: replace(now, title="Three"))


async def test_what_cannot_be_checked_is_not_shown(tmp_path):
    async with house_on(tmp_path, screen=FaultyScreen(SCREEN.ruleset)) as house:
        with pytest.raises(Overloaded):
            await house.people.add("ann", "Ann", None)
        with pytest.raises(Overloaded):
            await house.room()
