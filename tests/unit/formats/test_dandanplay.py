import json

import pytest

from danmaku.domain.comment import Mode
from danmaku.domain.ids import Number
from danmaku.formats.dandanplay import (
    SERIES_MAX,
    Episode,
    anime_of,
    anime_with_episodes_of,
    answer_of,
    bangumi_of,
    comments_after,
    match_of,
    series_of,
    stem_of,
)
from danmaku.formats.senders import sender_of
from tests.unit.formats.hostile import HOSTILE, TEXTS, file_of, shown


def room(name, number, title="A title"):
    return Episode(name, number, title, 1_790_000_000_000)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("show-1", ("show-", 1)),
        ("show-012", ("show-", 12)),
        ("show", ("show", 0)),
        ("show-0", ("show-0", 0)),
        ("2024", ("2024", 0)),
        ("show12345", ("show12345", 0)),
    ],
)
def test_a_number_at_the_end_makes_an_episode(name, expected):
    assert stem_of(name) == expected


def test_rooms_of_a_series_have_ids_that_follow_each_other():
    first = room("show-2", 5)
    [series, other] = series_of([room("show-3", 6), first, room("film", 7), room("show-1", 9)])

    assert series.number == 5
    assert [series.id_of(one) for one in series.episodes] == [50_001, 50_002, 50_003]
    assert [other.id_of(one) for one in other.episodes] == [70_001]


def test_a_room_that_opens_later_changes_no_id():
    before = series_of([room("show-2", 5)])[0]
    after = series_of([room("show-2", 5), room("show-02", 8), room("show-1", 9)])[0]

    [found] = [one for one in after.episodes if one.room == "show-2"]
    assert before.id_of(before.episodes[0]) == after.id_of(found)
    assert [one.room for one in after.episodes] == ["show-1", "show-2"]


def test_a_room_and_numbered_ones_of_its_name_are_apart():
    assert len(series_of([room("show", 1), room("show1", 2), room("show2", 3)])) == 2


def test_ids_fit_into_32_bits():
    [last] = series_of([room("a-9999", SERIES_MAX), room("b", SERIES_MAX + 1)])

    assert last.id_of(last.episodes[0]) < 2**31


def test_answers_have_what_the_strictest_client_checks():
    series = series_of([room("show-1", 7, "Film night")])[0]

    assert answer_of(x=1) == {"success": True, "errorCode": 0, "errorMessage": "", "x": 1}
    assert anime_of(series) == {
        "animeId": 7,
        "bangumiId": "7",
        "animeTitle": "Film night",
        "type": "other",
        "typeDescription": "其他",
        "imageUrl": "",
        "startDate": "2026-09-21T14:13:20",
        "episodeCount": 1,
        "rating": 0,
        "isFavorited": False,
    }
    assert anime_with_episodes_of(series)["episodes"] == [
        {"episodeId": 70_001, "episodeTitle": "Film night"}
    ]
    assert bangumi_of(series)["episodes"][0]["episodeNumber"] == "1"
    assert match_of(series, series.episodes[0]) == {
        "episodeId": 70_001,
        "episodeTitle": "Film night",
        "animeId": 7,
        "animeTitle": "Film night",
        "type": "other",
        "typeDescription": "其他",
        "shift": 0,
    }


def test_the_count_comes_first_and_fields_are_four():
    one = shown(17, "Tom & <Ann>", 12_509, mode=Mode.TOP, color=16_744_448)

    raw = file_of(comments_after(Number(0)), [one]).decode()

    place = f"12.50,5,16744448,{sender_of(one.author)}"
    assert raw == f'{{"count":1,"comments":[{{"cid":17,"p":"{place}","m":"Tom & <Ann>"}}]}}'


def test_modes_are_those_that_its_players_know():
    comments = json.loads(file_of(comments_after(Number(0)), HOSTILE))["comments"]

    assert {each["p"].split(",")[1] for each in comments} == {"1", "4", "5"}


def test_texts_are_as_they_were_written_and_older_ones_may_be_left_out():
    whole = json.loads(file_of(comments_after(Number(0)), HOSTILE))
    late = json.loads(file_of(comments_after(Number(10)), HOSTILE))

    assert {each["m"] for each in whole["comments"]} == set(TEXTS)
    assert whole["count"] == len(TEXTS)
    assert (late["count"], {each["cid"] for each in late["comments"]}) == (2, {11, 12})
