"""Care for those who look at bad things all day."""

import pytest

from danmaku.domain.account import Bundle
from danmaku.web.care import HARD, Care, Cover, care_of, cookie_of


@pytest.mark.parametrize(
    "care",
    [
        Care(),
        Care(Cover.FOLD, frozenset({"spam"}), is_grey=True, break_decisions=5, break_minutes=0),
        Care(Cover.PLAIN, frozenset()),
    ],
)
def test_what_somebody_chose_is_read_again(care):
    assert care_of({"care": cookie_of(care)}) == care


@pytest.mark.parametrize(
    "words", ["", "nonsense", "cover=x&of=a.b&grey=2&decisions=-1&minutes=9e9"]
)
def test_what_is_no_word_of_ours_is_passed_over(words):
    nothing = Care(Cover.BLUR, frozenset(), break_decisions=0, break_minutes=0)

    assert care_of({"care": words}) == nothing


def test_hard_things_are_covered_until_somebody_chooses_otherwise():
    assert {category: Care().covers(category) for category in ("porn", "spam")} == {
        "porn": Cover.BLUR,
        "spam": Cover.PLAIN,
    }
    assert care_of({}).categories == HARD


async def test_texts_are_covered_as_chosen_in_that_browser(stage):
    room = await stage.room()
    rey, ann = await stage.person("rey", Bundle.REVIEWER), await stage.person("ann")
    number = await stage.say(ann, room, "look here")
    for category in ("porn", "spam"):
        report = {"category": category, "room": room, "number": number}
        await stage.guest().send("POST", "/api/reports", report)
    assert 'class="blurred"' in (await rey.get("/review")).text

    fields = {"cover": "fold", "categories": ["porn", "nonsense"], "grey": "true"}
    saved = await rey.post_form("/review/care", **fields, break_decisions="7", break_minutes="0")
    page = await rey.get("/review")

    assert saved.headers["location"] == "/review/care"
    assert "HttpOnly" in saved.headers["set-cookie"]
    assert "look here" not in page.text
    assert "is-grey" in page.text
    assert 'data-decisions="7"' in page.text
    chosen = (await rey.get("/review/care")).text
    assert chosen.count("checked") == 2
    assert (await stage.guest().get("/review/care")).status_code == 303
