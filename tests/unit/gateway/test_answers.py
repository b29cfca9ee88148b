import pytest

from danmaku import errors
from danmaku.errors import ANSWERS, Code, Coded
from danmaku.gateway.answers import Farewell, answer_of, is_defect
from danmaku.gateway.dialects.danmaku_v1 import bye, error_said, refused

AGAIN = {"retry_min_ms": 500, "retry_max_ms": 8_000}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.TooFast(wait_ms=7), refused("c", "rate_limited", "wait 7 ms", retry_after_ms=7)),
        (Coded(Code.MUTED, "Not now.", until_ms=9), refused("c", "muted", "Not now.", until_ms=9)),
        (errors.NotSignedIn("Sign in."), refused("c", "not_signed_in", "Sign in.")),
        (errors.NotFound("None."), refused("c", "not_found", "None.")),
        (errors.Overloaded(), refused("c", "overloaded", "overloaded", retry_after_ms=1_000)),
        (errors.Overloaded(wait_ms=7), refused("c", "overloaded", "overloaded", retry_after_ms=7)),
        (
            errors.StoreDown(),
            refused("c", "store_unavailable", "store_unavailable", retry_after_ms=1_000),
        ),
        (errors.Unknown(), refused("c", "unknown", "unknown", retry_after_ms=1_000)),
        (errors.Draining(), refused("c", "draining", "draining", retry_after_ms=1_000)),
        (errors.BadMessage("Bad."), Farewell(4400, error_said("bad_message", "Bad."))),
        (errors.Broken("planted"), Farewell(1011, None)),
        (ValueError("planted"), Farewell(1011, None)),
    ],
)
def test_what_a_message_is_answered_instead_of_an_outcome(error, expected):
    assert answer_of(error, "c") == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.NotSignedIn("No."), Farewell(4401, error_said("not_signed_in", "No."))),
        (errors.NotFound("No."), Farewell(4404, error_said("not_found", "No."))),
        (errors.Overloaded(), Farewell(1013, bye("overloaded", **AGAIN))),
        (errors.StoreDown(), Farewell(1013, bye("store_unavailable", **AGAIN))),
        (errors.Draining(), Farewell(1012, bye("draining", **AGAIN))),
        (ValueError("planted"), Farewell(1011, None)),
    ],
)
def test_how_a_connection_ends_that_cannot_go_on(error, expected):
    assert answer_of(error, None) == expected


@pytest.mark.parametrize("code", Code)
def test_every_code_has_an_answer_and_a_close(code):
    error = Coded(code, "Text.")

    assert isinstance(answer_of(error, "c"), dict if ANSWERS[code].close_code is None else Farewell)
    assert 1000 <= answer_of(error, None).close_code < 5000


def test_only_what_is_ours_is_a_defect():
    assert [is_defect(error) for error in (errors.Broken(), KeyError(), errors.StoreDown())] == [
        True,
        True,
        False,
    ]
