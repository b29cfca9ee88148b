import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.comment import Mode
from danmaku.errors import BadMessage, Code
from danmaku.gateway.dialects.centrifugo import (
    CentrifugoDialect,
    Command,
    Connect,
    Disconnect,
    Fault,
    History,
    Publish,
    Subscribe,
    channel_of,
    commands_of,
    connected,
    fault_reply,
    message_push,
    present,
    recovery,
    refusal_reply,
    remembered,
    reply,
    room_of,
    spoken_of,
    subscribed,
)
from danmaku.gateway.dialects.outward import Op
from tests.unit.gateway.dialects.entries import (
    LATE,
    MARKER,
    RECALLED,
    RESTORED,
    SAID,
    changed,
)

SPEAKS = CentrifugoDialect("r7")


def data_of(view):
    return json.loads(SPEAKS.part(view))["data"]


# --- what comes in


def test_commands_are_lines():
    first, second, empty = commands_of(
        b'{"id":1,"connect":{"token":"x","name":"js"}}\n'
        b'{"id":2,"subscribe":{"channel":"room:r7","recover":true,"offset":16,"epoch":"e"}}\n\n{}\n'
    )

    assert first == Command(id=1, connect=Connect("x"))
    assert second.asks == Subscribe("room:r7", recover=True, offset=16, epoch="e")
    assert empty == Command()


@pytest.mark.parametrize(
    "line",
    [
        b"hello",
        b"[]",
        b"null",
        b'{"id":-1}',
        b'{"id":"1"}',
        b'{"id":1,"subscribe":{}}',
        b'{"id":1,"subscribe":{"channel":5}}',
        b'{"id":1,"subscribe":{"channel":"room:r7","offset":-1}}',
        b'{"id":1,"publish":{"channel":"room:r7"}}',
        b'{"id":1,"subscribe":{"channel":"' + b"x" * 256 + b'"}}',
        b"\xff",
        b"[" * 5000,
    ],
)
def test_what_is_no_command_is_refused(line):
    with pytest.raises(BadMessage):
        commands_of(b"{}\n" + line)


@given(st.binary(max_size=100))
def test_whatever_comes_is_commands_or_none(data):
    with contextlib.suppress(BadMessage):
        assert isinstance(commands_of(data), list)


def test_other_commands_ask_for_nothing_that_there_is():
    [command] = commands_of(b'{"id":3,"presence":{"channel":"room:r7"}}')

    assert command.asks is None


@pytest.mark.parametrize(
    ("channel", "room"),
    [
        ("room:r7", "r7"),
        ("room:", None),
        ("r7", None),
        ("room:R7", None),
        ("room:a/b", None),
        ("room:@platform", None),
        ("$room:r7", None),
    ],
)
def test_a_channel_is_a_room(channel, room):
    assert room_of(channel) == room


def test_a_room_is_a_channel():
    assert room_of(channel_of("r7")) == "r7"


def published(data):
    [command] = commands_of(
        json.dumps({"id": 1, "publish": {"channel": "room:r7", "data": data}}).encode()
    )
    assert isinstance(command.publish, Publish)
    return spoken_of(command.publish)


def test_a_publication_is_a_comment():
    said = {"text": "hi", "t": 12.5, "mode": "top", "color": 255, "size": 36, "nonce": "n-1"}
    sent = published(said | {"whatever": 1}).sent("own")

    assert (sent.id, sent.text, sent.position_ms) == ("n-1", "hi", 12_500)
    assert (sent.mode, sent.color, sent.size) == (Mode.TOP, 255, 36)
    assert published({"text": "hi"}).sent("own").id == "own"


@pytest.mark.parametrize(
    "data",
    [
        "hi",
        {},
        {"text": 5},
        {"text": "x", "t": "now"},
        {"text": "x", "t": 1e300},
        {"text": "x", "mode": "spiral"},
        {"text": "x", "color": 2**60},
        {"text": "x", "nonce": ""},
        {"text": "x", "nonce": "n" * 65},
    ],
)
def test_other_publications_are_none(data):
    with pytest.raises(BadMessage):
        published(data)


def test_a_client_may_want_all_or_nothing():
    assert Subscribe("room:r7", flag=3).wants_all_or_none
    assert not Subscribe("room:r7", flag=1).wants_all_or_none


def test_without_a_limit_only_the_position_is_asked_for():
    assert History("room:r7").limit == 0


# --- what goes out


def test_a_comment_is_a_publication_at_its_offset():
    assert json.loads(SPEAKS.part(SAID)) == {
        "offset": 20,
        "data": {
            "v": 1,
            "id": "r7-17",
            "t": 12.5,
            "ts": 1_790_000_000_123,
            "mode": "scroll",
            "color": 0xFFFFFF,
            "size": 25,
            "name": "Ann",
            "uid": "u-ann",
            "text": "前方高能",
        },
    }
    assert data_of(LATE)["late"] is True
    assert data_of(RESTORED)["restored"] is True


@pytest.mark.parametrize("view", [RECALLED, MARKER])
def test_what_was_taken_back_is_told_without_its_text(view):
    removed = {"v": 1, "type": "remove", "id": "r7-17", "by": "room", "category": None}

    assert data_of(view) == removed


def test_a_room_is_told_whole():
    assert data_of(changed(30, title="B"))["state"]["title"] == "B"


def test_a_batch_is_a_push_a_line():
    lines = SPEAKS.batch(Op.ENTRIES, 19, 23, [SPEAKS.part(SAID), SPEAKS.part(RECALLED)])
    pushes = [json.loads(line)["push"] for line in lines.splitlines()]

    assert [push["channel"] for push in pushes] == ["room:r7"] * 2
    assert [push["pub"]["offset"] for push in pushes] == [20, 23]


def test_a_batch_of_nothing_is_nothing():
    assert SPEAKS.batch(Op.ENTRIES, 19, 23, []) == b""
    assert SPEAKS.encode({"op": "viewers", "count": 3}) == b""


def test_who_would_miss_something_is_told_to_subscribe_again():
    push = json.loads(SPEAKS.batch(Op.SKIPPED, 19, 23, [SPEAKS.part(RECALLED)]))["push"]

    assert push["unsubscribe"]["code"] == 2500


def test_one_dialect_is_one_room():
    assert CentrifugoDialect("r7") == SPEAKS
    assert CentrifugoDialect("r8") != SPEAKS


def test_replies_bear_the_commands_number():
    assert json.loads(reply(1, "connect", connected("c1"))) == {
        "id": 1,
        "connect": {"client": "c1", "version": "1", "ping": 25, "pong": True},
    }
    assert json.loads(reply(4, "presence_stats", present(3)))["presence_stats"] == {
        "num_clients": 3,
        "num_users": 3,
    }


def test_a_subscription_tells_the_position():
    result = subscribed("e1", 17, {"you": None})

    assert json.loads(reply(2, "subscribe", result))["subscribe"] == {
        "recoverable": True,
        "positioned": True,
        "epoch": "e1",
        "offset": 17,
        "data": {"v": 1, "you": None},
    }


def test_what_was_missed_comes_with_the_subscription():
    result = subscribed("e1", 20, {}) | recovery([SPEAKS.part(SAID)], is_whole=True)
    told = json.loads(reply(2, "subscribe", result))["subscribe"]

    assert told["was_recovering"] is told["recovered"] is True
    assert [pub["offset"] for pub in told["publications"]] == [20]
    assert json.loads(reply(2, "subscribe", recovery([], is_whole=False)))["subscribe"] == {
        "was_recovering": True,
        "recovered": False,
        "publications": [],
    }


def test_history_is_publications_and_a_position():
    told = json.loads(reply(3, "history", remembered("e1", 23, [SPEAKS.part(SAID)])))["history"]

    assert (told["epoch"], told["offset"], len(told["publications"])) == ("e1", 23, 1)


def test_something_for_one_connection_alone():
    assert json.loads(message_push({"type": "held"}))["push"]["message"]["data"] == {
        "v": 1,
        "type": "held",
    }


@pytest.mark.parametrize("code", Code)
def test_every_refusal_has_a_number_and_is_told_by_its_word(code):
    error = json.loads(refusal_reply(1, code))["error"]

    assert 100 <= error["code"] <= 112
    assert error["message"] == code.value


@pytest.mark.parametrize(
    ("code", "fault", "again"),
    [
        (Code.NOT_SIGNED_IN, 101, False),
        (Code.NOT_FOUND, 102, False),
        (Code.PROHIBITED, 103, False),
        (Code.MUTED, 103, False),
        (Code.TOO_LONG, 107, False),
        (Code.RATE_LIMITED, 111, True),
        (Code.OVERLOADED, 100, True),
    ],
)
def test_refusals_in_the_numbers_of_the_protocol(code, fault, again):
    error = json.loads(refusal_reply(1, code))["error"]

    assert (error["code"], error["temporary"]) == (fault, again)


def test_faults_have_words():
    assert json.loads(fault_reply(1, Fault.UNKNOWN_CHANNEL))["error"]["message"] == (
        "unknown channel"
    )


def test_clients_come_back_by_themselves_where_that_helps():
    for_good = {each for each in Disconnect if 3500 <= each < 4000}

    assert {Disconnect.SHUTDOWN, Disconnect.SLOW, Disconnect.NO_PONG}.isdisjoint(for_good)
    assert {Disconnect.INVALID_TOKEN, Disconnect.BAD_REQUEST} <= for_good
    assert all(len(each.reason) < 124 for each in Disconnect)
