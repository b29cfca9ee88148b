from dataclasses import replace

import pytest

from danmaku.domain.ids import RoomId
from danmaku.web import dandanplay


@pytest.fixture
async def shows(stage):
    """Rooms 1 to 4: two parts of a show, a film, and the show's third part."""
    for name, title in (
        ("show-1", "Night 1"),
        ("show-2", "Night 2"),
        ("film", "A film"),
        ("show-3", "Night 3"),
    ):
        await stage.room(name, title=title)
    return stage


async def ask(stage, path):
    answer = await stage.guest().get(path)
    assert answer.status_code == 200
    return answer.json()


async def test_comments_come_with_the_count_first(shows):
    ann = await shows.person("ann")
    for at in range(3):
        await shows.say(ann, "show-2", f"number {at} & <b>", position_ms=1000 * at)

    raw = (await shows.guest().get("/api/v2/comment/10002?withRelated=true&chConvert=1")).text
    late = await ask(shows, "/api/v2/comment/10002?from=2")

    assert raw.startswith('{"count":3,"comments":[{"cid":1,"p":"0.00,1,16777215,')
    assert '"m":"number 0 & <b>"' in raw
    assert [each["cid"] for each in late["comments"]] == [3]


async def test_comments_come_in_the_script_that_is_asked_for(shows):
    await shows.say(await shows.person("ann"), "film", "头发 發財")

    told = [await ask(shows, f"/api/v2/comment/30001?chConvert={script}") for script in range(3)]

    texts = [each["comments"][0]["m"] for each in told]
    assert texts == ["头发 發財", "头发 发财", "頭髮 發財"]


async def test_comments_may_be_xml(shows):
    xml = await shows.guest().get("/api/v2/comment/30001?format=xml")

    assert xml.content == (await shows.guest().get("/rooms/film/record.xml")).content


async def test_ids_of_a_series_follow_each_other(shows):
    shown = (await ask(shows, "/api/v2/bangumi/1"))["bangumi"]

    assert [each["episodeId"] for each in shown["episodes"]] == [10_001, 10_002, 10_003]
    assert (await ask(shows, "/api/v2/bangumi/3"))["bangumi"]["animeTitle"] == "A film"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("anime?keyword=night", ["Night 1"]),
        ("anime?keyword=film", ["A film"]),
        ("anime", ["Night 1", "A film"]),
        ("episodes?anime=NIGHT", ["Night 1"]),
        ("episodes?anime=nothing", []),
        ("episodes?anime=night&episode=9", []),
    ],
)
async def test_series_are_found_by_their_titles(shows, path, expected):
    answer = await ask(shows, f"/api/v2/search/{path}")

    assert (answer["success"], answer["errorCode"], answer["errorMessage"]) == (True, 0, "")
    assert [each["animeTitle"] for each in answer["animes"]] == expected


async def test_one_episode_may_be_asked_for(shows):
    answer = await ask(shows, "/api/v2/search/episodes?anime=night&episode=2")

    assert answer["hasMore"] is False
    assert answer["animes"][0]["episodes"] == [{"episodeId": 10_002, "episodeTitle": "Night 2"}]


@pytest.mark.parametrize(
    ("file", "is_matched", "ids"),
    [
        ("show-2.mkv", True, [10_002]),
        ("a/b/A FILM", True, [30_001]),
        ("C:\\x\\[x] night 3 [1080p].mp4", False, [10_003]),
        ("unknown.mp4", False, []),
        ("", False, []),
    ],
)
async def test_files_are_matched_by_their_names(shows, file, is_matched, ids):
    body = {"fileName": file, "fileHash": "x" * 32, "fileSize": 1, "matchMode": "hashAndFileName"}

    answer = await shows.browser().post(
        "/api/v2/match", json=body, headers={"Origin": "https://player.test"}
    )

    assert answer.json()["isMatched"] is is_matched
    assert [each["episodeId"] for each in answer.json()["matches"]] == ids


@pytest.mark.parametrize(
    "path", ["comment/10009", "comment/90001", "bangumi/2", "bangumi/99", "comment/10000"]
)
async def test_what_there_is_not_is_an_answer_too(shows, path):
    answer = await ask(shows, f"/api/v2/{path}")

    assert (answer["success"], answer["errorCode"]) == (False, 1003)
    assert answer["errorMessage"]


async def test_questions_that_are_none_are_answers_too(shows):
    odd = await shows.browser().post("/api/v2/match", content=b"[")
    bad = await ask(shows, "/api/v2/comment/none")

    assert odd.json()["errorCode"] == bad["errorCode"] == 1001
    assert (await ask(shows, "/api/v2/extcomment?url=x"))["count"] == 0


async def test_what_has_changed_is_found_at_once_and_nothing_is_read_twice(shows):
    assert len((await ask(shows, "/api/v2/search/anime?keyword=dawn"))["animes"]) == 0

    await shows.room("dawn-1", title="Dawn")
    await shows.core.rooms.change(
        None, RoomId("film"), lambda state: replace(state, title="At dawn")
    )

    found = await ask(shows, "/api/v2/search/anime?keyword=dawn")
    assert [each["animeTitle"] for each in found["animes"]] == ["At dawn", "Dawn"]
    assert (await ask(shows, "/api/v2/bangumi/3"))["bangumi"]["animeTitle"] == "At dawn"
    assert len((await ask(shows, "/api/v2/search/anime?keyword=film"))["animes"]) == 1  # its id


async def test_an_answer_holds_so_many_episodes_and_says_that_there_are_more(shows, monkeypatch):
    monkeypatch.setattr(dandanplay, "EPISODES_SHOWN_MAX", 2)

    answer = await ask(shows, "/api/v2/search/episodes?anime=")

    assert (len(answer["animes"]), answer["hasMore"]) == (1, True)
    assert len(answer["animes"][0]["episodes"]) == 3
