import pytest

from danmaku.filter.variants import Kind
from tests.unit.filter.texts import found, screen_of

SCREEN = screen_of("加微信", "垃圾广告", "casino", "asshole", "shit", "sex", "代练")

DISGUISED = [
    ("加威信", "加威信", Kind.SUBSTITUTE),
    ("加魏信", "加魏信", Kind.SOUND),
    ("辣圾广告", "辣圾广告", Kind.SOUND),
    ("c@$!n0", "c@$!n0", Kind.LEET),
    ("@$$h073", "@$$h073", Kind.LEET),
    ("с\u200bА$1ηο", "с\u200bА$1ηο", Kind.LEET),
    ("s3x", "s3x", Kind.LEET),
    ("ｓ３ｘ", "ｓ３ｘ", Kind.LEET),
    ("s③x", "s③x", Kind.LEET),
    ("告广圾垃", "告广圾垃", Kind.REVERSED),
    ("代纟东", "代纟东", Kind.SPLIT),
    ("代lian", "代lian", Kind.PINYIN),
]


@pytest.mark.parametrize(("text", "typed", "kind"), DISGUISED)
def test_disguises_are_found_with_their_kind(text, typed, kind):
    [hit] = SCREEN.inspect(f"看{text}，").hits

    assert (text, hit.kind) == (typed, kind)


def test_what_a_direction_control_turns_round_is_read_as_shown():
    text = "看\u202e练代\u202c吧"

    assert found(SCREEN, text) == ["练代"]
    assert found(SCREEN, "看练代吧") == []


@pytest.mark.parametrize(
    "text", ["S3XY", "Galaxy A55", "5h打完", "M4A1", "5h1z", "百度", "树立威信"]
)
def test_models_numbers_and_other_words_are_no_disguise(text):
    assert found(SCREEN, text) == []
