import json

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.conformance import encodings
from danmaku.domain.comment import Comment, CommentStatus, Content, Draft, Mode, Style
from danmaku.domain.ids import ClientId, Millis, Number, Pseudonym, Seq
from danmaku.domain.room import RoomState
from danmaku.domain.views import View, ViewKind
from danmaku.errors import BadMessage
from danmaku.formats.danmaku_v1 import fields_of
from danmaku.gateway.dialects.danmaku_v1 import (
    Hello,
    JsonDialect,
    MsgpackDialect,
    Ping,
    Recall,
    RowsDialect,
    Send,
)
from danmaku.gateway.dialects.outward import Op

JSON, MSGPACK, ROWS = JsonDialect(), MsgpackDialect(), RowsDialect()
EACH = pytest.mark.parametrize(
    "dialect", [JSON, MSGPACK, ROWS], ids=lambda dialect: dialect.subprotocol
)

SEND = {"op": "send", "id": "c-1", "text": "前方高能"}
BAD_FIELDS = {
    "no op": {"id": "c-1", "text": "x"},
    "unknown op": {"op": "shout"},
    "op of another type": {"op": 5},
    "unknown field": SEND | {"extra": 1},
    "missing id": {"op": "send", "text": "x"},
    "missing text": {"op": "send", "id": "c-1"},
    "empty id": SEND | {"id": ""},
    "long id": SEND | {"id": "x" * 65},
    "id with a line end": SEND | {"id": "c\n"},
    "id that is not ASCII": SEND | {"id": "高"},
    "id that is a number": SEND | {"id": 7},
    "text that is none": SEND | {"text": None},
    "text that is a list": SEND | {"text": ["x"]},
    "unknown mode": SEND | {"mode": "spiral"},
    "position as text": SEND | {"position_ms": "5"},
    "position as fraction": SEND | {"position_ms": 1.5},
    "position as truth": SEND | {"position_ms": True},
    "position beyond what is safe": SEND | {"position_ms": 2**53},
    "position below what is safe": SEND | {"position_ms": -(2**53)},
    "since below zero": {"op": "hello", "since": -1},
    "huge since": {"op": "hello", "since": 2**60},
    "long token": {"op": "hello", "token": "x" * 513},
    "empty token": {"op": "hello", "token": ""},
    "long epoch": {"op": "hello", "epoch": "x" * 65},
    "number zero": {"op": "recall", "id": "c", "number": 0},
    "recall without number": {"op": "recall", "id": "c"},
}
BAD_JSON = {
    "nothing": b"",
    "no JSON": b"hello",
    "an array": b'["ping"]',
    "a word": b"null",
    "cut off": b'{"op":"pi',
    "something after": b'{"op":"ping"} x',
    "byte order mark": b'\xef\xbb\xbf{"op":"ping"}',
    "not UTF-8": b'{"op":"send","id":"a","text":"\xff"}',
    "surrogate in UTF-8": b'{"op":"send","id":"a","text":"\xed\xa0\x80"}',
    "lone high surrogate": b'{"op":"send","id":"a","text":"\\ud800"}',
    "high surrogate, then a letter": b'{"op":"send","id":"a","text":"\\ud800abcdefgh"}',
    "two high surrogates": b'{"op":"send","id":"a","text":"\\ud800\\ud800"}',
    "lone low surrogate": b'{"op":"send","id":"a","text":"\\udc00 and so on"}',
    "bare control character": b'{"op":"send","id":"a","text":"\x00"}',
    "NaN": b'{"op":"send","id":"a","text":"x","position_ms":NaN}',
    "infinity": b'{"op":"send","id":"a","text":"x","position_ms":Infinity}',
    "exponent": b'{"op":"send","id":"a","text":"x","position_ms":1e3}',
    "enormous number": b'{"op":"send","id":"a","text":"x","position_ms":' + b"9" * 3000 + b"}",
    "field twice": b'{"op":"send","id":"a","text":"x","text":"y"}',
    "op twice": b'{"op":"ping","op":"ping"}',
    "field twice, once in disguise": b'{"op":"send","id":"a","text":"x","te\\u0078t":"y"}',
    "deep arrays": b"[" * 4000,
    "deep arrays before the op": b'{"text":' + b"[" * 3900 + b',"op":"send"}',
    "deep objects": b'{"a":' * 800,
    "deep and whole": b'{"text":' + b"[" * 1900 + b"]" * 1900 + b',"op":"send","id":"a"}',
}
BAD_MSGPACK = {
    "nothing": b"",
    "an array": b"\x91\xa4ping",
    "nil": b"\xc0",
    "cut off": b"\x81\xa2op\xa4pi",
    "something after": msgpack.packb({"op": "ping"}) + b"x",
    "bytes for text": msgpack.packb(SEND | {"text": b"x"}),
    "not UTF-8": b"\x83\xa2op\xa4send\xa2id\xa1a\xa4text\xa1\xff",
    "surrogate": b"\x83\xa2op\xa4send\xa2id\xa1a\xa4text\xa3\xed\xa0\x80",
    "NaN": msgpack.packb(SEND | {"position_ms": float("nan")}),
    "infinity": msgpack.packb(SEND | {"position_ms": float("inf")}),
    "extension": msgpack.packb(SEND | {"text": msgpack.ExtType(1, b"x")}),
    "time": msgpack.packb(SEND | {"text": msgpack.Timestamp(1)}),
    "field twice": b"\x82\xa2op\xa4ping\xa2op\xa4ping",
    "key that is a number": b"\x81\x01\xa4ping",
    "promised length": b"\xdf\xff\xff\xff\xff\xa2op\xa4ping",
    "promised text": b"\x82\xa2op\xa4send\xa2id\xdb\xff\xff\xff\xff",
    "deep arrays": b"\x81\xa4text" + b"\x91" * 4000,
    "deep maps": b"\x81\xa1a" * 1300,
}


def encoded(dialect, fields):
    return json.dumps(fields).encode() if dialect is JSON else msgpack.packb(fields)


def decoded(dialect, payload):
    return encodings.decoded(encodings.Dialect(dialect.subprotocol), payload)


@EACH
def test_each_message_is_read_with_its_defaults(dialect):
    messages = [
        dialect.decode(encoded(dialect, fields))
        for fields in (
            {"op": "hello"},
            {"op": "hello", "token": "dm_x", "since": 41, "epoch": "e"},
            SEND,
            {"op": "recall", "id": "c-2", "number": 12},
            {"op": "ping"},
        )
    ]

    assert messages == [
        Hello(),
        Hello(token="dm_x", since=41, epoch="e"),
        Send(id="c-1", text="前方高能"),
        Recall(id="c-2", number=12),
        Ping(),
    ]


@EACH
def test_a_send_becomes_a_draft(dialect):
    fields = SEND | {
        "position_ms": -5,
        "mode": "reverse",
        "color": -1,
        "size": 99,
        "latency_ms": 7,
    }

    draft = dialect.decode(encoded(dialect, fields)).draft()

    assert draft == Draft(
        client_id=ClientId("c-1"),
        text="前方高能",
        position_ms=-5,
        style=Style(mode=Mode.REVERSE, color=-1, size=99),
        latency_ms=7,
    )


@EACH
@pytest.mark.parametrize("fields", BAD_FIELDS.values(), ids=BAD_FIELDS)
def test_fields_out_of_the_protocol_are_a_bad_message(dialect, fields):
    with pytest.raises(BadMessage):
        dialect.decode(encoded(dialect, fields))


@pytest.mark.parametrize("payload", BAD_JSON.values(), ids=BAD_JSON)
def test_what_is_no_json_of_the_protocol_is_a_bad_message(payload):
    with pytest.raises(BadMessage):
        JSON.decode(payload)


@pytest.mark.parametrize("payload", BAD_MSGPACK.values(), ids=BAD_MSGPACK)
def test_what_is_no_msgpack_of_the_protocol_is_a_bad_message(payload):
    with pytest.raises(BadMessage):
        MSGPACK.decode(payload)


@EACH
def test_a_bad_message_is_not_quoted_in_the_answer(dialect):
    with pytest.raises(BadMessage) as refused:
        dialect.decode(encoded(dialect, SEND | {"mode": "planted-words"}))

    assert "planted" not in str(refused.value)


@EACH
@given(payload=st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_bad_message(dialect, payload):
    try:
        message = dialect.decode(payload)
    except BadMessage:
        return
    assert isinstance(message, Hello | Send | Recall | Ping)


@EACH
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_any_text_without_surrogates_comes_through_as_it_is(dialect, text):
    assert dialect.decode(encoded(dialect, SEND | {"text": text})).text == text


def view_of(number, text):
    content = Content(text=text, style=Style(), position_ms=5, name="ann")
    comment = Comment(
        origin=Seq(number),
        number=Number(number),
        status=CommentStatus.PUBLISHED,
        at_ms=Millis(1),
        position_ms=5,
        author=Pseudonym("p"),
        content=content,
    )
    return View(ViewKind.COMMENT, Seq(number), comment=comment)


@EACH
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=40))
def test_a_batch_put_together_from_parts_reads_as_if_it_were_encoded_whole(dialect, texts):
    views = [view_of(number, text) for number, text in enumerate(texts, start=1)]
    views.append(View(ViewKind.ROOM, Seq(len(texts) + 1), state=RoomState(title="房间")))

    payload = dialect.batch(Op.ENTRIES, Seq(0), Seq(2**40), [dialect.part(view) for view in views])

    assert decoded(dialect, payload) == {
        "op": "entries",
        "after": 0,
        "upto": 2**40,
        "entries": [fields_of(view) for view in views],
    }


@EACH
def test_a_batch_without_entries_is_whole(dialect):
    payload = dialect.batch(Op.SKIPPED, Seq(3), Seq(9), [])

    assert decoded(dialect, payload) == {"op": "skipped", "after": 3, "upto": 9, "entries": []}
