import json

import pytest

from danmaku.gateway.dialects.bilibili import Auth, Version
from danmaku.gateway.dialects.bilibili_talk import BilibiliTalk, Heartbeat
from danmaku.gateway.session import Drop, Fail
from tests.unit.gateway.dialects.test_bilibili import AUTH, BAD, packet
from tests.unit.gateway.test_session import LIMITS

HELLO = packet(7, json.dumps(AUTH).encode())
BEAT = packet(2)
BOTH = pytest.mark.parametrize("is_bare", [False, True])


def talk(*, is_bare=False):
    return BilibiliTalk(LIMITS, 0, is_bare=is_bare)


def said(it, data, now_ms=0, *, is_text=False):
    return list(it.receive(data, is_text=is_text, now_ms=now_ms))


def code(intents):
    [intent] = intents
    assert isinstance(intent, Fail)
    return intent.close_code


@BOTH
def test_a_client_says_who_it_is_and_then_that_it_lives(is_bare):
    it = talk(is_bare=is_bare)
    [auth] = said(it, HELLO)

    assert isinstance(auth, Auth)
    assert (auth.roomid, auth.version) == (7, Version.BROTLI)
    assert said(it, BEAT) == [Heartbeat()]
    assert said(it, packet(2, b"[object Object]")) == [Heartbeat()]


@BOTH
def test_all_may_come_at_once(is_bare):
    it = talk(is_bare=is_bare)

    assert [type(one) for one in said(it, HELLO + BEAT)] == [Auth, Heartbeat]


def test_a_stream_comes_in_pieces():
    it = talk(is_bare=True)

    assert [one for byte in HELLO[:-1] for one in said(it, bytes([byte]))] == []
    assert [type(one) for one in said(it, HELLO[-1:])] == [Auth]


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_lies_end_it(data):
    assert code(said(talk(), data)) == 1003


def test_text_ends_it():
    assert code(said(talk(), HELLO, is_text=True)) == 1003


def test_the_first_packet_says_who_it_is_and_no_other_does():
    it = talk()

    assert code(said(talk(), BEAT)) == 1003
    assert code(said(talk(), packet(7, b"{}"))) == 1003
    said(it, HELLO)
    assert code(said(it, HELLO)) == 1003


def test_packets_of_other_kinds_are_passed_over():
    it = talk()
    said(it, HELLO)

    assert said(it, packet(9, b"x")) == []


def test_a_flood_ends_it():
    it = talk()
    said(it, HELLO)

    intents = said(it, BEAT * 100)

    assert intents.pop().close_code == 1008
    assert set(intents) == {Heartbeat()}
    assert len(intents) < 50


def test_a_flood_of_pings_ends_it():
    it = talk()

    assert any(it.receive_control(0) for _ in range(100))


def test_the_first_packet_has_five_seconds():
    it = talk()

    assert it.due(5_000) is None
    assert it.due(5_001).close_code == 1008


def test_half_a_packet_is_no_sign_of_life():
    it = talk(is_bare=True)
    said(it, HELLO[:-1], 4_000)

    assert it.due(5_001).close_code == 1008


def test_silence_has_seventy_seconds():
    it = talk()
    said(it, HELLO, 1_000)
    said(it, BEAT, 30_000)

    assert it.due(100_000) is None
    assert it.due(100_001).close_code == 1008


def test_who_does_not_answer_a_close_is_dropped():
    it = talk()
    it.closing(1_000)
    it.closing(2_500)

    assert said(it, HELLO) == []
    assert it.due(3_000) is None
    assert it.due(3_001) == Drop()
