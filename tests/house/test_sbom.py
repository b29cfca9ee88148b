"""The bill of materials lists what the lock files pin, all of it and nothing else."""

import json
import re

from tests.house.tree import ROOT
from tools.sbom import bill_of


def pins_of(lock):
    return set(re.findall(r"^([\w.-]+)==([^\s\\]+)", (ROOT / lock).read_text(), re.MULTILINE))


def listed(kind, *scopes):
    return {
        (each["name"], each["version"])
        for each in bill_of()["components"]
        if each["purl"].startswith(f"pkg:{kind}/") and each["scope"] in scopes
    }


def test_every_pin_is_listed_and_nothing_else():
    packages = json.loads((ROOT / "frontend/package-lock.json").read_text())["packages"]
    pages = {
        (place.rpartition("node_modules/")[2], entry["version"])
        for place, entry in packages.items()
        if place and not entry.get("link")
    }

    assert listed("pypi", "required") == pins_of("requirements.lock")
    assert listed("pypi", "required", "excluded") == pins_of("requirements-dev.lock")
    assert listed("npm", "required", "excluded") == pages


def test_every_package_has_its_digests():
    components = bill_of()["components"]

    assert [each["name"] for each in components if not each["hashes"]] == []
    assert len({each["bom-ref"] for each in components}) == len(components)
