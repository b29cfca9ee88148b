import pytest
from starlette.exceptions import HTTPException

from danmaku.domain.ids import Millis
from danmaku.errors import ANSWERS, Broken, Code, Coded, NotFound, StoreDown, TooFast
from danmaku.web.answers import refusal_of


@pytest.mark.parametrize("code", Code)
def test_every_code_is_answered_with_its_status(code):
    refusal = refusal_of(Coded(code, "words"))

    assert (refusal.code, refusal.text) == (code, "words")
    assert refusal.http_status == ANSWERS[code].http_status


@pytest.mark.parametrize("error", [Broken("planted"), RuntimeError("planted"), KeyError("planted")])
def test_defects_say_nothing_of_themselves(error):
    refusal = refusal_of(error)

    assert (refusal.code, refusal.text, refusal.http_status) == (Code.INTERNAL, "", 500)


def test_times_are_told_where_they_are_known():
    assert refusal_of(TooFast(2400)).retry_after_ms == 2400
    assert refusal_of(StoreDown()).retry_after_ms == 1000
    assert refusal_of(Coded(Code.MUTED, until_ms=Millis(7))).until_ms == 7
    assert refusal_of(NotFound("nothing")).retry_after_ms is None


def test_the_frameworks_own_refusals_speak_our_words():
    assert refusal_of(HTTPException(404, "Not Found")).code is Code.NOT_FOUND
    method = refusal_of(HTTPException(405, "Method Not Allowed"))
    assert (method.code, method.http_status) == (Code.BAD_MESSAGE, 405)
