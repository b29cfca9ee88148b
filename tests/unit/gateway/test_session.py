import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.ids import Millis
from danmaku.errors import Code
from danmaku.gateway.dialects.danmaku_v1 import (
    Hello,
    JsonDialect,
    MsgpackDialect,
    Ping,
    Recall,
    Send,
)
from danmaku.gateway.session import (
    BACKLOG_MAX,
    CLOSE_WAIT_MS,
    Beat,
    Drop,
    Fail,
    Limits,
    Session,
    State,
    TurnAway,
)

LIMITS = Limits(
    messages_per_s=10.0,
    messages_burst=20,
    fragments_max=8,
    hello_ms_max=10_000,
    fragment_ms_max=10_000,
    heartbeat_ms=20_000,
    silence_ms_max=20_000,
)
HELLO = {"op": "hello"}
SEND = {"op": "send", "id": "c", "text": "x"}
RECALL = {"op": "recall", "id": "r", "number": 1}
PING = {"op": "ping"}


def session(limits=LIMITS, now_ms=0, dialect=None):
    return Session(dialect or JsonDialect(), limits, Millis(now_ms))


def say(session, fields, now_ms=0):
    payload = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    return session.receive(payload, is_text=True, fin=True, now_ms=Millis(now_ms))


def in_state(state):
    it = session()
    if state is not State.NEW:
        say(it, HELLO)
    if state in {State.READY, State.CLOSING}:
        it.welcomed(Millis(0))
    if state is State.CLOSING:
        it.closing(Millis(0))
    assert it.state is state
    return it


BAD = Fail(4400, Code.BAD_MESSAGE, "")
TABLE = [
    (State.NEW, HELLO, Hello(), State.JOINING),
    (State.NEW, SEND, BAD, State.NEW),
    (State.NEW, RECALL, BAD, State.NEW),
    (State.NEW, PING, Ping(), State.NEW),
    (State.JOINING, HELLO, BAD, State.JOINING),
    (State.JOINING, SEND, None, State.JOINING),
    (State.JOINING, RECALL, None, State.JOINING),
    (State.JOINING, PING, Ping(), State.JOINING),
    (State.READY, HELLO, BAD, State.READY),
    (State.READY, SEND, Send(id="c", text="x"), State.READY),
    (State.READY, RECALL, Recall(id="r", number=1), State.READY),
    (State.READY, PING, Ping(), State.READY),
    (State.CLOSING, HELLO, None, State.CLOSING),
    (State.CLOSING, SEND, None, State.CLOSING),
    (State.CLOSING, RECALL, None, State.CLOSING),
    (State.CLOSING, PING, None, State.CLOSING),
]


@pytest.mark.parametrize(("state", "fields", "expected", "after"), TABLE)
def test_state_table(state, fields, expected, after):
    it = in_state(state)

    intent = say(it, fields)

    assert (replace(intent, text="") if isinstance(intent, Fail) else intent) == expected
    assert it.state is after


def test_what_is_sent_before_the_welcome_is_done_after_it():
    it = in_state(State.JOINING)
    say(it, SEND)
    say(it, RECALL)

    assert it.welcomed(Millis(5)) == [Send(id="c", text="x"), Recall(id="r", number=1)]
    assert it.state is State.READY


def test_what_waits_for_the_welcome_is_bounded():
    it = in_state(State.JOINING)

    answers = [say(it, SEND) for _ in range(BACKLOG_MAX + 1)]

    assert answers == [None] * BACKLOG_MAX + [TurnAway("c", 1000)]


def test_a_welcome_that_comes_after_the_close_lets_nothing_through():
    it = in_state(State.JOINING)
    say(it, SEND)
    it.closing(Millis(1))

    assert it.welcomed(Millis(2)) == []
    assert it.state is State.CLOSING


def test_text_that_is_not_utf8_closes_with_1007():
    assert say(in_state(State.READY), b"\xff").close_code == 1007


@pytest.mark.parametrize(("dialect", "is_text"), [(JsonDialect(), False), (MsgpackDialect(), True)])
def test_the_other_kind_of_frame_is_a_bad_message(dialect, is_text):
    it = session(dialect=dialect)

    assert it.receive(b"{}", is_text=is_text, fin=True, now_ms=Millis(0)).close_code == 4400


def test_a_message_in_fragments_is_one_message():
    it = session()
    whole = json.dumps(HELLO).encode()

    intents = [
        it.receive(whole[:3], is_text=True, fin=False, now_ms=Millis(0)),
        it.receive_more(whole[3:6], fin=False, now_ms=Millis(1)),
        it.receive_more(whole[6:], fin=True, now_ms=Millis(2)),
    ]

    assert intents == [None, None, Hello()]


def test_a_letter_may_be_cut_between_two_fragments():
    it = in_state(State.READY)
    whole = json.dumps(SEND | {"text": "弹幕"}, ensure_ascii=False).encode()
    cut = whole.index("弹".encode()) + 1

    it.receive(whole[:cut], is_text=True, fin=False, now_ms=Millis(0))

    assert it.receive_more(whole[cut:], fin=True, now_ms=Millis(0)).text == "弹幕"


def test_more_fragments_than_allowed_close_with_1009():
    it = session()
    it.receive(b"", is_text=True, fin=False, now_ms=Millis(0))

    intents = [it.receive_more(b"", fin=False, now_ms=Millis(0)) for _ in range(8)]

    assert [intent and intent.close_code for intent in intents] == [None] * 7 + [1009]


def test_fragments_after_the_close_are_nothing():
    it = session()
    it.receive(b"{", is_text=True, fin=False, now_ms=Millis(0))
    it.closing(Millis(0))

    assert it.receive_more(b"}", fin=True, now_ms=Millis(0)) is None


def test_messages_above_the_burst_are_turned_away_and_a_flood_is_closed():
    it = in_state(State.READY)  # its hello was the first of the burst

    intents = [say(it, SEND | {"id": str(n)}) for n in range(40)]

    assert [type(intent) for intent in intents] == [Send] * 19 + [TurnAway] * 20 + [Fail]
    assert intents[19] == TurnAway("19", 100)
    assert intents[-1].close_code == 4429


def test_the_burst_is_there_again_after_a_pause():
    it = in_state(State.READY)
    for _ in range(25):
        say(it, SEND)

    assert isinstance(say(it, SEND, now_ms=3_000), Send)


def test_pings_of_the_protocol_below_are_counted_too():
    it = in_state(State.READY)

    intents = [it.receive_control(Millis(0)) for _ in range(40)]

    assert intents[:39] == [None] * 39
    assert intents[39].close_code == 4429


def test_no_hello_in_time_is_idle():
    it = session()

    assert it.due(Millis(10_000)) is None
    assert it.due(Millis(10_001)).close_code == 4408


def test_a_message_that_does_not_end_is_idle():
    it = in_state(State.READY)
    it.receive(b"{", is_text=True, fin=False, now_ms=Millis(5_000))
    it.receive_more(b" ", fin=False, now_ms=Millis(14_000))

    assert it.due(Millis(15_000), begun_ms=Millis(5_000)) is None
    assert it.due(Millis(15_001), begun_ms=Millis(5_000)).close_code == 4408


def test_pings_come_at_their_interval_while_they_are_answered():
    it = in_state(State.READY)

    assert it.due(Millis(19_999)) is None
    assert it.due(Millis(20_000)) == Beat()
    assert it.due(Millis(20_500)) is None
    it.receive_control(Millis(20_600))
    assert it.due(Millis(39_999)) is None
    assert it.due(Millis(40_000)) == Beat()


def test_no_answer_to_a_ping_is_idle():
    it = in_state(State.READY)
    it.due(Millis(20_000))

    assert it.due(Millis(40_000)) is None
    assert it.due(Millis(40_001)).close_code == 4408


def test_any_message_answers_a_ping():
    it = in_state(State.READY)
    it.due(Millis(20_000))
    say(it, SEND, now_ms=21_000)

    assert it.due(Millis(40_001)) == Beat()


def test_a_peer_that_does_not_answer_the_close_is_dropped():
    it = in_state(State.READY)
    it.closing(Millis(100))
    it.closing(Millis(2_000))  # once is enough

    assert it.due(Millis(100 + CLOSE_WAIT_MS)) is None
    assert it.due(Millis(101 + CLOSE_WAIT_MS)) == Drop()


YES = st.sampled_from([True])
FRAMES = st.one_of(
    st.tuples(st.just("data"), st.binary(max_size=30), st.booleans(), st.booleans()),
    st.tuples(st.just("more"), st.binary(max_size=30), YES, st.booleans()),
    st.tuples(st.just("control"), st.just(b""), YES, YES),
    st.tuples(
        st.just("data"),
        st.sampled_from([HELLO, SEND, RECALL, PING]).map(
            lambda fields: json.dumps(fields).encode()
        ),
        YES,
        YES,
    ),
)


@given(st.lists(st.tuples(FRAMES, st.integers(0, 30_000)), max_size=60))
def test_no_sequence_of_frames_gets_past_the_state_table(steps):
    it, now_ms, is_open = session(), 0, False
    for (kind, payload, is_text, fin), step_ms in steps:
        now_ms += step_ms
        if kind == "control":
            intent = it.receive_control(Millis(now_ms))
        elif kind == "data" and not is_open:
            intent = it.receive(payload, is_text=is_text, fin=fin, now_ms=Millis(now_ms))
            is_open = not fin
        elif kind == "more" and is_open:
            intent = it.receive_more(payload, fin=fin, now_ms=Millis(now_ms))
            is_open = not fin
        else:
            continue  # the protocol machine has failed such a sequence already
        if isinstance(intent, Send | Recall):
            assert it.state is State.READY
        if isinstance(intent, Fail):
            it.closing(Millis(now_ms))
        elif it.state is State.JOINING and step_ms % 2:
            it.welcomed(Millis(now_ms))
        assert not (it.state is State.CLOSING and isinstance(intent, Hello | Send | Recall | Ping))
