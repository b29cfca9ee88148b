"""Whoever follows docs/operations.md to the letter has two nodes in the end."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.deploy.machine import cable, machine
from tests.house.tree import ROOT
from tools.wheel import build_wheel

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="machines of their own need root"),
]
BLOCK = re.compile(r"^```sh on=([12,]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDRESSES = ("10.0.0.11", "10.0.0.12")


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Everything that pip will ask for, in a folder: the machines have no way out."""
    folder = tmp_path_factory.mktemp("packages")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    lock = str(ROOT / "requirements.lock")
    subprocess.run(
        [*pip, "download", "--no-deps", "--require-hashes", "-r", lock, "-d", str(folder)],
        check=True,
    )
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def luggage(tmp_path_factory):
    """What the manual says is laid into /root."""
    folder = tmp_path_factory.mktemp("luggage")
    build_wheel(folder)
    shutil.copy(ROOT / "requirements.lock", folder)
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    return folder


def test_the_manual_leads_to_two_nodes(tmp_path, packages, luggage):
    for name in ("m1", "m2"):
        shutil.copytree(luggage, tmp_path / name / "root")
    second_root = str(tmp_path / "m2" / "root")
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(packages), "PIP_CONFIG_FILE": "/dev/null"}

    with (
        machine(tmp_path / "m1", SECOND_ROOT=second_root, **pip) as first,
        machine(tmp_path / "m2", **pip) as second,
    ):
        cable(first, second, ADDRESSES)
        machines = {"1": first, "2": second}
        said = [
            machines[number].type(lines)
            for numbers, lines in BLOCK.findall((ROOT / "docs/operations.md").read_text("utf-8"))
            for number in numbers.split(",")
        ]
        told = "".join(said)
        rooms = [
            one.type("curl -s http://127.0.0.1:8000/api/rooms; tail -5 /var/log/danmaku.log")
            for one in (first, second)
        ]

    assert told.count("ready\n") >= 6
    assert "MEND" not in told
    assert "sound" in told
    assert all("lounge" in each for each in rooms)
