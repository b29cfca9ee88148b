"""Write what the house is made of, as CycloneDX: every package that a lock file pins.

The lock files are the truth, so nothing is installed or asked for. Packages of the server are
`required`; those that only build and test it are `excluded`.
"""

import base64
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SERVER_LOCK, DEV_LOCK = "requirements.lock", "requirements-dev.lock"
PAGES_LOCK = "frontend/package-lock.json"

_PIN = re.compile(
    r"^([\w.-]+)==([\w.!+-]+)((?:\s*\\\n\s+--hash=sha256:[0-9a-f]{64})*)", re.MULTILINE
)
_HASH = re.compile(r"sha256:([0-9a-f]{64})")

Component = dict[str, Any]


def bill_of(root: Path = ROOT) -> Component:
    """The bill of materials of a tree, the same bytes for the same locks.

    Raises:
        OSError, ValueError: A lock file is missing or cannot be read.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    itself = {"type": "application", "name": project["name"], "version": project["version"]}
    components = [*_python(root), *_pages(root)]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": itself},
        "components": sorted(components, key=lambda each: str(each["bom-ref"])),
    }


def _python(root: Path) -> list[Component]:
    of_server = {name for name, _, _ in _PIN.findall(_read(root, SERVER_LOCK))}
    return [
        _component(
            f"pkg:pypi/{name}@{version}",
            name=name,
            version=version,
            hashes=[{"alg": "SHA-256", "content": found} for found in _HASH.findall(hashes)],
            is_needed=name in of_server,
        )
        for name, version, hashes in _PIN.findall(_read(root, DEV_LOCK))
    ]


def _pages(root: Path) -> list[Component]:
    packages: dict[str, dict[str, Any]] = json.loads(_read(root, PAGES_LOCK))["packages"]
    found = {}
    for place, entry in packages.items():
        if "integrity" in entry:
            name = place.rpartition("node_modules/")[2]
            address = f"pkg:npm/{name.replace('@', '%40')}@{entry['version']}"
            found[address] = _component(
                address,
                name=name,
                version=entry["version"],
                hashes=[{"alg": "SHA-512", "content": _hex(entry["integrity"])}],
                is_needed=not entry.get("dev", False),
            )
    return list(found.values())


def _component(
    address: str, *, name: str, version: str, hashes: list[dict[str, str]], is_needed: bool
) -> Component:
    return {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
        "scope": "required" if is_needed else "excluded",
        "hashes": hashes,
    }


def _hex(integrity: str) -> str:
    return base64.b64decode(integrity.removeprefix("sha512-"), validate=True).hex()


def _read(root: Path, name: str) -> str:
    return (root / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    into = Path(sys.argv[1])
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text(json.dumps(bill_of(), indent=1) + "\n", encoding="utf-8")
