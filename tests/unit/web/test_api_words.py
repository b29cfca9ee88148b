import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.room_words import WORD_MAX
from tests.unit.web.conftest import OUR_SITE


@pytest.fixture
async def mia(stage):
    return await stage.person("mia", (Bundle.STREAMER, await stage.room()))


async def test_words_are_set_shown_and_felt_by_the_next_send(stage, mia):
    ann = stage.by_token(await stage.person("ann"))
    mia = stage.by_token(mia)

    before = (await mia.send("GET", "/api/rooms/demo/words")).json()
    set_ = await mia.send("PUT", "/api/rooms/demo/words", {"words": ["剧透"], "action": "refuse"})
    after = (await mia.send("GET", "/api/rooms/demo/words")).json()
    sent = await ann.send("POST", "/api/rooms/demo/comments", {"id": "c1", "text": "有 剧·透"})

    assert before == {"words": [], "action": "hold", "seq": None, "words_max": 500}
    assert set_.json() == {"seq": 2, "number": None}
    assert after == {"words": ["剧透"], "action": "refuse", "seq": 2, "words_max": 500}
    assert (sent.status_code, sent.json()["code"]) == (422, "prohibited")
    assert sent.json()["category"] == "room_list"
    assert "剧透" not in sent.text


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"words": ["fine", "…"]}, "line 2: no letter, digit or ideograph to look for (bad_word)"),
        ({"words": ["x" * (WORD_MAX + 1)]}, "line 1: longer than 32 characters (bad_value)"),
        ({"words": [f"w{n}" for n in range(501)]}, "501 words are more than 500 (too_many)"),
        ({"words": ["a"], "action": "pass"}, "action"),
        ({"words": "a"}, "words"),
        ({"words": [1]}, "words"),
        ({}, "words"),
    ],
)
async def test_what_is_wrong_is_told_by_its_place_and_changes_nothing(stage, mia, body, told):
    refused = await stage.by_token(mia).send("PUT", "/api/rooms/demo/words", body)

    assert (refused.status_code, refused.json()["code"]) == (400, "bad_message")
    assert told in refused.json()["text"]
    assert (await stage.core.rooms.live("demo")).words_seq is None


async def test_a_list_of_the_greatest_length_is_taken(stage, mia):
    words = ["词" * (WORD_MAX - 3) + f"{n:03}" for n in range(500)]

    fields = {"csrf": mia.csrf, "words": "\r\n".join(words)}
    form = await mia.client.post(  # as the page's form sends it: text in parts takes less room
        "/rooms/demo/words",
        files={name: (None, text) for name, text in fields.items()},
        headers={"Origin": OUR_SITE},
    )
    sent = await stage.by_token(mia).send("PUT", "/api/rooms/demo/words", {"words": words})

    assert (form.status_code, sent.status_code) == (303, 200)
