"""What callers send is taken as the description says, and not as it might have been meant."""

from typing import Annotated

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from danmaku.domain.ids import Millis
from danmaku.web.fields import Asked, Body, Day


class Sent(Body):
    count: Annotated[int, Field(ge=0)] = 0
    on: bool = False
    at_ms: Millis | None = None
    share: float = 0.0
    each: tuple[int, ...] = ()
    names: frozenset[str] = frozenset()


class Typed(Asked):
    count: int = 0


@pytest.mark.parametrize(
    "fields",
    [
        {"count": "1"},
        {"count": True},
        {"on": 1},
        {"on": "yes"},
        {"at_ms": "1"},
        {"at_ms": True},
        {"share": "1.0"},
        {"each": [1, "2"]},
    ],
)
def test_json_is_not_read_as_something_else(fields):
    with pytest.raises(ValidationError):
        Sent.model_validate(fields)


def test_json_of_the_right_kind_is_taken():
    sent = {"count": 1.0, "on": True, "at_ms": None, "share": 1, "each": [1], "names": ["a", "a"]}

    assert Sent.model_validate(sent) == Sent(on=True, count=1, share=1.0, each=(1,), names={"a"})
    assert "uniqueItems" not in str(Sent.model_json_schema())


def test_an_address_holds_numbers_as_text():
    assert Typed.model_validate({"count": "1"}).count == 1


@pytest.mark.parametrize(
    "text", ["0", "20260131", "2026-1-31", "2026-01-31T00:00:00", "2026-02-30"]
)
def test_a_day_is_written_in_one_way(text):
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(text)
