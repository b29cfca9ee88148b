from collections import Counter

import msgspec

from bench.frames import FrameReader
from bench.messages import KINDS
from bench.scenario import Join, Quiet, Rate, Scenario
from bench.seating import Place, Return, knock_of, places_of, room_of_sender


def scenario_of(**changes):
    fields = {"name": "x", "title": "x", "load": Quiet(seconds=10)}
    return Scenario(**(fields | changes))


def greeting_of(knock):
    [(_, payload)] = FrameReader().feed(
        bytes([knock.greeting[0], knock.greeting[1] & 0x7F]) + knock.greeting[6:]
    )
    return msgspec.json.decode(payload)


def test_any_first_part_of_the_viewers_is_mixed_like_the_whole():
    places = places_of(scenario_of(viewers={"json": 60, "msgpack": 30, "rows": 10}))

    assert Counter(place.kind for place in places[:20]) == {
        KINDS["json"]: 12,
        KINDS["msgpack"]: 6,
        KINDS["rows"]: 2,
    }


def test_viewers_and_senders_are_spread_over_all_rooms():
    scenario = scenario_of(viewers={"json": 12}, rooms=4, load=Rate(per_s=1, seconds=1, senders=8))

    assert set(Counter(place.room for place in places_of(scenario)).values()) == {3}
    assert set(Counter(room_of_sender(scenario, n) for n in range(8)).values()) == {2}


def test_those_who_join_later_come_after_all_others():
    scenario = scenario_of(
        viewers={"json": 2}, events=[Join(at_s=1, over_s=1, viewers={"msgpack": 3})]
    )

    kinds = [place.kind for place in places_of(scenario)]

    assert kinds == [KINDS["json"]] * 2 + [KINDS["msgpack"]] * 3


def test_who_comes_back_says_what_it_had():
    place = Place(KINDS["json_deflate"], "r1")

    fresh, back = knock_of("host:80", place), knock_of("host:80", place, Return(41, "e"))

    assert (back.host, back.port) == ("host", 80)
    assert back.request.startswith(b"GET /rooms/r1/live HTTP/1.1\r\n")
    assert b"permessage-deflate" in back.request
    assert greeting_of(fresh) == {"op": "hello"}
    assert greeting_of(back) == {"op": "hello", "since": 41, "epoch": "e"}
