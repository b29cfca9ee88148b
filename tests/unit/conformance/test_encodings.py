import msgpack
import orjson
import pytest

from danmaku.conformance.encodings import Dialect, decoded, encoded


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


ENTRIES = [
    {
        "kind": "comment",
        "seq": 42,
        "number": 12,
        "at_ms": 1790000000500,
        "position_ms": 61500,
        "author": "k3jx9q2m7a",
        "name": "ann",
        "text": "前方高能",
        "mode": "top",
        "color": 255,
        "size": 25,
        "late": False,
        "imported": False,
    },
    {"kind": "recall", "seq": 43, "number": 12, "by": "room", "category": None},
]


@pytest.mark.parametrize("dialect", Dialect)
def test_what_was_said_is_read(dialect):
    said = {"op": "entries", "after": 41, "upto": 43, "entries": ENTRIES}

    assert decoded(dialect, encoded(dialect, said)[1]) == said


def test_rows_that_nobody_knows_are_left_out_and_cells_beyond_the_known_are_ignored():
    entries = [{"kind": "sparkle", "seq": 41, "glow": 7}, ENTRIES[0] | {"sparkle": {"glow": 7}}]
    said = {"op": "entries", "after": 40, "upto": 42, "entries": entries}

    read = decoded(Dialect.ROWS, encoded(Dialect.ROWS, said)[1])

    assert read["entries"] == [ENTRIES[0]]
