import msgpack
import orjson
import pytest

from bench.messages import Dialect, decoded


@pytest.mark.parametrize("dialect", Dialect)
def test_a_message_is_a_map_in_every_dialect(dialect):
    write = orjson.dumps if dialect is Dialect.JSON else msgpack.packb

    assert decoded(dialect, write({"op": "pong"})) == {"op": "pong"}


def test_a_batch_of_rows_is_read_under_the_names_of_the_others():
    payload = msgpack.packb(["skipped", 44, 310, [[2, 200, 12, "platform"]]])

    assert decoded(Dialect.ROWS, payload) == {
        "op": "skipped",
        "after": 44,
        "upto": 310,
        "entries": [
            {"kind": "recall", "seq": 200, "number": 12, "by": "platform", "category": None}
        ],
    }


@pytest.mark.parametrize(
    ("dialect", "message"),
    [
        (Dialect.MSGPACK, ["entries", 0, 1, []]),
        (Dialect.ROWS, ["entries", 0]),
        (Dialect.ROWS, ["entries", 0, 1, [[2, 200]]]),
        (Dialect.ROWS, 5),
    ],
    ids=["rows unasked", "no whole batch", "no whole row", "no message"],
)
def test_what_is_not_of_the_dialect_is_no_message(dialect, message):
    with pytest.raises(ValueError, match=r"no message|too short"):
        decoded(dialect, msgpack.packb(message))
