import pytest

from danmaku.gateway.dialects.centrifugo import Connect, Fault, PresenceStats
from danmaku.gateway.dialects.centrifugo_talk import Asked, CentrifugoTalk, Decline, Echo
from danmaku.gateway.session import Beat, Drop, Fail
from tests.unit.gateway.test_session import LIMITS

CONNECT = b'{"id":1,"connect":{}}'
STATS = b'{"id":2,"presence_stats":{"channel":"room:r7"}}'


def said(it, data, now_ms=0, *, is_text=True):
    return list(it.receive(data, is_text=is_text, now_ms=now_ms))


def new():
    return CentrifugoTalk(LIMITS, 0)


def ready(now_ms=0):
    it = new()
    assert said(it, CONNECT, now_ms) == [Asked(1, Connect())]
    return it


def code(intents):
    [intent] = intents
    assert isinstance(intent, Fail)
    return intent.close_code


def test_commands_are_carried_out_after_the_connect():
    it = ready()

    assert said(it, STATS) == [Asked(2, PresenceStats("room:r7"))]


def test_all_may_come_at_once():
    assert len(said(new(), CONNECT + b"\n" + STATS)) == 2


@pytest.mark.parametrize("first", [STATS, b"{}", b'{"id":1,"ping":{}}', b'{"connect":{}}', b"x"])
def test_the_first_command_is_connect(first):
    assert code(said(new(), first)) == 3501


def test_there_is_but_one_connect():
    assert code(said(ready(), CONNECT)) == 3501


def test_a_command_without_a_number_cannot_be_answered():
    assert code(said(ready(), b'{"presence_stats":{"channel":"room:r7"}}')) == 3501


def test_binary_is_another_protocol():
    assert code(said(new(), CONNECT, is_text=False)) == 3506


def test_what_there_is_not_is_declined():
    it = ready()

    assert said(it, b'{"id":5,"rpc":{}}') == [Decline(5, Fault.NOT_AVAILABLE)]
    assert said(it, b'{"send":{"data":1}}') == []  # wants no answer
    assert said(it, b'{"id":6,"ping":{}}') == [Echo(6)]


def test_who_comes_too_fast_is_told_and_then_let_go():
    it = ready()
    intents = said(it, b"\n".join([STATS] * 100))

    assert intents.pop().close_code == 3013
    assert Decline(2, Fault.TOO_MANY_REQUESTS) in intents


def test_a_flood_of_pings_ends_it():
    it = ready()

    assert any(it.receive_control(0) for _ in range(100))


def test_a_connection_must_begin():
    it = new()

    assert it.due(10_000) is None
    assert it.due(10_001).close_code == 3502


def test_pings_are_answered_or_it_ends():
    it = ready(1_000)

    assert it.due(25_999) is None
    assert it.due(26_000) == Beat()
    assert it.due(30_000) is None
    assert said(it, b"{}", 31_000) == []
    assert it.due(50_999) is None
    assert it.due(51_000) == Beat()
    assert it.due(61_000) is None
    assert it.due(61_001).close_code == 3012


def test_other_commands_are_no_answer_to_a_ping():
    it = ready()
    it.due(25_000)
    said(it, STATS, 26_000)

    assert it.due(35_001).close_code == 3012


def test_who_does_not_answer_a_close_is_dropped():
    it = ready()
    it.closing(1_000)
    it.closing(2_500)

    assert said(it, STATS) == []
    assert it.due(3_000) is None
    assert it.due(3_001) == Drop()
