import io

import pytest

from danmaku.cli.shell import Plain

WRITTEN = "[/] [red]no[/red] :smile: \\[/] a\\"


def shown(renderable):
    console = Plain(file=io.StringIO(), width=200)
    console.print(renderable)
    return console.file.getvalue()


@pytest.mark.parametrize("text", [WRITTEN, "[bold", "\\[/]", "加[微]信", "ok\nover two lines"])
def test_what_people_wrote_is_shown_as_they_wrote_it(text):
    assert shown(text) == f"{text}\n"
