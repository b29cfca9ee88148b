"""Where packages come from is the business of whoever installs them: no file of ours says it."""

import json
import re

import pytest

from tests.house.tree import ROOT, project_files

LOCKS = ("requirements.lock", "requirements-dev.lock")
SETTINGS = {".toml", ".cfg", ".ini", ".npmrc", ".sh", ".yml", ".yaml", ".mk"}
CHOOSES_A_REGISTRY = re.compile(
    r"(--|^)(extra-)?index[-_]url|(--|^)find[-_]links|(^|[\w:@])registry\s*=", re.MULTILINE
)


@pytest.mark.parametrize("lock", LOCKS)
def test_python_lock_names_versions_and_hashes_and_no_place(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")

    assert "://" not in text
    assert CHOOSES_A_REGISTRY.search(text) is None
    assert text.count("==") <= text.count("--hash=sha256:")


def test_the_servers_lock_is_part_of_the_developers_lock():
    pins = [
        set(re.findall(r"^([\w.-]+==[\w.]+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in LOCKS
    ]

    assert pins[0] <= pins[1]


def test_npm_lock_names_versions_and_hashes_and_no_place():
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []


def test_no_settings_file_chooses_a_registry():
    chosen = [
        path
        for path in project_files()
        if (path.suffix in SETTINGS or path.name in {*SETTINGS, "Makefile", "run"})
        and CHOOSES_A_REGISTRY.search((ROOT / path).read_text(encoding="utf-8"))
    ]

    assert chosen == []
