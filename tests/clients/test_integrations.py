"""The lines of docs/integrations.md, as somebody pastes them."""

import os
import re
import subprocess

import pytest

from tests.clients.conftest import ROOM
from tests.clients.test_converters import CLIENTS, lines_of
from tests.clients.test_players import page, site  # noqa: F401 -- fixtures
from tests.house.tree import ROOT
from tests.unit.formats.hostile import REVERSED

BLOCK = re.compile(r"<!-- run: (\w+) -->\n```\w+\n(.*?)```", re.DOTALL)
BLOCKS = BLOCK.findall((ROOT / "docs/integrations.md").read_text("utf-8"))


def pasted(record, lines):
    for stands_for, what in (
        ("https://danmaku.example", record.url),
        ("NUMBER", str(record.number)),
        ("TOKEN", record.token),
        ("demo", ROOM),
    ):
        lines = lines.replace(stands_for, what)
    return lines


def test_there_are_lines_for_each():
    players = {"artplayer", "dplayer"}
    live = {"live_ws", "blivedm", "centrifuge", "centrifuge_py", "send"}  # see test_live_clients.py

    assert {kind for kind, _ in BLOCKS} == {"sh", "twitchapi"} | players | live


@pytest.mark.parametrize("lines", [lines for kind, lines in BLOCKS if kind == "sh"])
def test_lines_of_a_shell_run(record, tmp_path, lines):
    tools = [str(CLIENTS / name / "bin") for name in ("biliass", "dmconvert")]
    path = os.pathsep.join([*tools, os.defpath])
    command = ["bash", "-euo", "pipefail", "-c", pasted(record, lines)]

    run = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PATH": path},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    made = {file.name: file.read_text("utf-8") for file in tmp_path.glob("*.ass")}
    for name in made.keys() - {"from_segment.ass"}:
        shown = record.shown - REVERSED if name == "dmconvert.ass" else record.shown
        assert len(lines_of(made[name])) == len(shown), name


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("artplayer", "window.player.plugins.artplayerPluginDanmuku.option.danmuku"),
        ("dplayer", "window.player.danmaku.dan"),
    ],
)
def test_lines_of_a_page_show_the_record(record, page, kind, shown):  # noqa: F811 -- a fixture
    [lines] = [lines for each, lines in BLOCKS if each == kind]

    with page.expect_response(lambda answer: answer.url.startswith(record.url)) as asked:
        page.evaluate(f"window.player = {pasted(record, lines)}")

    assert asked.value.ok
    if kind == "dplayer":
        page.wait_for_function(f"{shown} && {shown}.length === {len(record.shown)}")
