import math

import pytest

from danmaku.filter.envelope import enclosed
from danmaku.filter.model_file import FORMAT, MODEL_BYTES_MAX, ModelError, pack_model, unpack_model
from tests.unit.filter.models import CARD, weights

WEIGHTS = weights({"sad": 2.0, "好": -1.5}, bias=-0.5)
PACKED = pack_model(WEIGHTS, CARD)


def test_what_was_packed_scores_the_same():
    loaded = unpack_model(PACKED)

    assert (loaded.linear.weights, loaded.card) == (WEIGHTS, CARD)
    assert loaded.linear.score("so sad") == 1.5


def test_the_version_is_that_of_all_that_is_in_it():
    again, other = pack_model(WEIGHTS, CARD), pack_model(weights({"sad": 2.1}), CARD)

    assert again == PACKED
    assert unpack_model(other).version != unpack_model(PACKED).version


@pytest.mark.parametrize(
    "damaged",
    [
        PACKED[: len(PACKED) // 2],
        PACKED[:-1] + b"x",
        b"",
        b"danmaku-rules-1\n" + PACKED[len(FORMAT) :],
        PACKED + bytes(MODEL_BYTES_MAX),
        enclosed(FORMAT, b"no model"),
        enclosed(FORMAT, b"\x81\xa6tables\xa1x"),
        pack_model(weights({"a": math.nan}), CARD),
        pack_model(weights({}), CARD),
    ],
    ids=["half", "flipped", "empty", "other", "long", "garbage", "form", "nan", "nothing"],
)
def test_a_file_that_is_no_whole_model_is_refused(damaged):
    with pytest.raises(ModelError):
        unpack_model(damaged)


def test_a_model_of_other_tables_is_refused(monkeypatch):
    other = type("T", (), {"version": "0 of another time"})
    monkeypatch.setattr("danmaku.filter.model_file.tables", other)

    with pytest.raises(ModelError, match="other tables"):
        unpack_model(PACKED)
