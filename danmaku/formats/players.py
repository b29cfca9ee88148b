"""What players call the ways in which a comment moves, and how it is brought to ours."""

from danmaku.domain.comment import LARGE, NORMAL, SMALL, WHITE, Mode, Style
from danmaku.errors import Code, Coded

NUMBER_OF = {Mode.SCROLL: 1, Mode.BOTTOM: 4, Mode.TOP: 5, Mode.REVERSE: 6}
"""The numbers of Bilibili, which most others have taken over."""

_MODES = {1: Mode.SCROLL, 2: Mode.SCROLL, 3: Mode.SCROLL} | {
    number: mode for mode, number in NUMBER_OF.items()
}
_SIZES = range(1, 256)


def seconds_of(position_ms: int) -> str:
    """A position in seconds, exact."""
    return f"{position_ms // 1000}.{position_ms % 1000:03}"


def style_of(mode: int, size: int, color: int) -> Style:
    """A style of theirs as ours; sizes are brought to the nearest.

    Raises:
        Coded: TYPE_UNSUPPORTED: it is a drawing or a program. STYLE_NOT_ALLOWED: no such size or
            colour exists.
    """
    if mode not in _MODES:
        raise Coded(Code.TYPE_UNSUPPORTED, "Only moving and standing lines of text are taken.")
    if size not in _SIZES or not 0 <= color <= WHITE:
        raise Coded(Code.STYLE_NOT_ALLOWED, "There is no such size or colour.")
    return Style(_MODES[mode], color, min((SMALL, NORMAL, LARGE), key=lambda one: abs(one - size)))
