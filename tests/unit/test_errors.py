import pytest

from danmaku import errors
from danmaku.errors import ANSWERS, Code, Coded, DanmakuError, Refused, TooFast, Unavailable

WORDS = {
    "not_signed_in", "not_verified", "identity_barred", "agreement_outdated", "warning_unread",
    "account_suspended", "muted", "room_paused", "room_closed", "platform_closed",
    "level_too_low", "style_not_allowed", "rate_limited", "duplicate", "too_long", "empty",
    "type_unsupported", "bad_position", "prohibited", "own_interest", "training_required",
    "not_granted", "store_unavailable", "overloaded", "unknown", "draining", "bad_message",
    "not_found", "own_limit", "internal",
}  # fmt: skip
KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, DanmakuError)
]


def test_the_words_on_the_wire_are_these_and_no_others():
    assert {code.value for code in Code} == WORDS


def test_every_word_has_its_answer():
    assert set(ANSWERS) == set(Code)


@pytest.mark.parametrize("code", Code)
def test_what_is_ours_is_a_500_and_what_passes_may_be_tried_again(code):
    answer = ANSWERS[code]

    assert 400 <= answer.http_status <= 599
    assert answer.http_status != 503 or answer.retry
    assert answer.http_status != 429 or answer.retry
    assert answer.close_code is None or answer.close_code in {1011, *range(4000, 5000)}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if issubclass(kind, Unavailable)])
def test_what_is_unavailable_may_be_tried_again(kind):
    assert kind is Unavailable or ANSWERS[kind.code].retry


@pytest.mark.parametrize("kind", [kind for kind in KINDS if issubclass(kind, Refused)])
def test_a_refusal_is_the_callers_doing(kind):
    assert kind in {Refused, Coded} or 400 <= ANSWERS[kind.code].http_status < 500


def test_an_error_says_its_words_or_its_code():
    assert str(errors.NotFound("There is no such room.")) == "There is no such room."
    assert str(errors.NotFound()) == "not_found"


def test_a_refusal_by_code_bears_that_code_and_its_end():
    muted = Coded(Code.MUTED, until_ms=17)

    assert (muted.code, muted.until_ms, str(muted)) == (Code.MUTED, 17, "muted")
    assert Coded.code is Code.INTERNAL  # one refusal does not change the next


def test_too_fast_says_how_long_to_wait():
    assert (TooFast(250).wait_ms, str(TooFast(250))) == (250, "wait 250 ms")
