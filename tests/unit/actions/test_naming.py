import pytest

from danmaku.domain.account import NAME_MAX, Bundle
from danmaku.domain.room import RoomState
from danmaku.errors import BadMessage, Overloaded, Prohibited
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


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Ann", None),
        ("b.u.y.n.o.w", "spam"),
        ("callme Ann", "contact"),
        ("管·理·员", IMPERSONATION),
        ("Administrator", IMPERSONATION),
        ("\u0410nnabel", IMPERSONATION),
    ],
)
async def test_a_name_that_somebody_chooses_goes_through_the_screen_and_deceives_nobody(
    house, name, category
):
    assert await category_of(house.people.register("ann", name, PASSWORD)) == category
    assert (await house.people.known("ann") is None) == (category is not None)


@pytest.mark.parametrize("name", ["Mia", "M\u200bia", "Ｍｌａ", "m.i.a"])
async def test_nobody_takes_the_name_of_one_who_holds_powers(house, name):
    await house.person("mia", (Bundle.STREAMER, DEMO))

    assert await category_of(house.people.register("ann", name, PASSWORD)) == IMPERSONATION


async def test_powers_that_have_ended_protect_no_name(house):
    mia = await house.person("mia", Bundle.MODERATOR)
    grant = next(grant for grant in mia.grants if grant.bundle is Bundle.MODERATOR)
    await house.people.revoke(None, "mia", grant.grant_id)

    assert await category_of(house.people.register("ann", "Mia", PASSWORD)) is None


async def test_viewers_may_have_one_name(house):
    await house.person("mia")

    assert await category_of(house.people.register("ann", "Mia", PASSWORD)) is None


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
async def test_titles_go_through_the_screen(house, title, category):
    opened = house.rooms.open(None, DEMO, RoomState(title), owner=None)

    assert await category_of(opened) == category


async def test_a_new_title_is_looked_at_and_an_old_one_is_left_alone(tmp_path):
    async with house_on(tmp_path) as house:
        await house.room()

        renamed = house.rooms.change(None, DEMO, lambda _: RoomState("buynow"))
        assert await category_of(renamed) == "spam"
        assert (await house.rooms.live(DEMO)).state.title == "A room"


async def test_what_cannot_be_checked_is_not_shown(tmp_path):
    async with house_on(tmp_path, screen=FaultyScreen(SCREEN.ruleset)) as house:
        with pytest.raises(Overloaded):
            await house.people.add("ann", "Ann", None)
        with pytest.raises(Overloaded):
            await house.room()
