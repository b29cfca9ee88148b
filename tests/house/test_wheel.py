import json
from zipfile import ZipFile

import pytest

from tests.house.tree import project_files
from tools.wheel import build_wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    with ZipFile(build_wheel(tmp_path_factory.mktemp("dist"))) as opened:
        yield opened


def test_wheel_has_every_file_of_the_package(wheel):
    ours = {path.as_posix() for path in project_files() if path.parts[0] == "danmaku"}

    assert ours - set(wheel.namelist()) == set()


def test_wheel_has_the_built_pages_and_all_they_name(wheel):
    static = "danmaku/web/static/"
    manifest = json.loads(wheel.read(f"{static}manifest.json"))
    named = {
        static + name
        for chunk in manifest.values()
        for name in [chunk["file"], *chunk.get("css", []), *chunk.get("assets", [])]
    }

    assert named
    assert named - set(wheel.namelist()) == set()


def test_wheel_gives_the_command(wheel):
    [entry_points] = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]

    assert "danmaku = danmaku.cli:main" in wheel.read(entry_points).decode()


def test_wheel_holds_no_tests_and_no_bench(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}

    assert [top for top in tops if top != "danmaku" and not top.endswith(".dist-info")] == []
