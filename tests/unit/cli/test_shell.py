import io

import pytest

from danmaku.cli.shell import Plain, visible

WRITTEN = "[/] [red]no[/red] :smile: \\[/] a\\"


def shown(renderable):
    console = Plain(file=io.StringIO(), width=200)
    console.print(renderable)
    return console.file.getvalue()


@pytest.mark.parametrize("text", [WRITTEN, "[bold", "\\[/]", "加[微]信", "ok\nover two lines"])
def test_what_people_wrote_is_shown_as_they_wrote_it(text):
    assert shown(text) == f"{text}\n"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("back\b\r", "back\\x08\\r"),
        ("\x9b2J", "\\x9b2J"),
        ("\u202etxt\u2066", "\\u202etxt\\u2066"),
        ("👩\u200d👧 中文\ttab", "👩\u200d👧 中文\ttab"),
    ],
)
def test_what_orders_a_terminal_is_shown_and_not_done(text, seen):
    assert visible(text) == seen
