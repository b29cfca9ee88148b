import pytest

from danmaku.domain.comment import LARGE, NORMAL, SMALL, Mode, Style
from danmaku.errors import Code, Coded
from danmaku.formats.players import NUMBER_OF, seconds_of, style_of


@pytest.mark.parametrize(("ms", "text"), [(0, "0.000"), (5, "0.005"), (360_000, "360.000")])
def test_seconds_are_exact(ms, text):
    assert seconds_of(ms) == text


@pytest.mark.parametrize(
    ("mode", "size", "style"),
    [
        (1, 25, Style(Mode.SCROLL, 255, NORMAL)),
        (3, 12, Style(Mode.SCROLL, 255, SMALL)),
        (4, 64, Style(Mode.BOTTOM, 255, LARGE)),
        (5, 18, Style(Mode.TOP, 255, SMALL)),
        (6, 36, Style(Mode.REVERSE, 255, LARGE)),
    ],
)
def test_styles_are_brought_to_ours(mode, size, style):
    assert style_of(mode, size, 255) == style


def test_our_modes_come_back_as_what_they_were():
    assert {style_of(number, 25, 0).mode: number for number in NUMBER_OF.values()} == NUMBER_OF


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ((7, 25, 0), Code.TYPE_UNSUPPORTED),
        ((0, 25, 0), Code.TYPE_UNSUPPORTED),
        ((1, 0, 0), Code.STYLE_NOT_ALLOWED),
        ((1, 25, -1), Code.STYLE_NOT_ALLOWED),
        ((1, 25, 1 << 24), Code.STYLE_NOT_ALLOWED),
    ],
)
def test_what_is_no_line_of_text_is_refused(given, code):
    with pytest.raises(Coded) as refused:
        style_of(*given)

    assert refused.value.code is code
