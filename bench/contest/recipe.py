"""How a peer is had: exact versions, each peer in a folder of its own, nothing put into the system.

Only the ordinary clients of the registries are asked, as this machine has them set up.
"""

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.contest.contestant import AbsentError

CACHE = Path.home() / ".cache" / "danmaku-bench"
_COMPLAINT_CHARS = 400


@dataclass(frozen=True, slots=True)
class Recipe:
    """Packages of one registry.

    Attributes:
        source: "pypi" makes a virtual environment, "npm" a node_modules folder; "debian" unpacks
            the packages without installing them.
        packages: Each with its exact version, as the registry's own client wants it.
        folder: One outside that must exist, because a program has it compiled in; empty: none.
    """

    source: Literal["pypi", "npm", "debian"]
    packages: tuple[str, ...]
    folder: str = ""

    @property
    def home(self) -> Path:
        """The folder; another version is another folder."""
        digest = hashlib.sha256(" ".join(self.packages).encode()).hexdigest()[:12]
        return CACHE / f"{self.source}-{digest}"

    @property
    def is_there(self) -> bool:
        """Whether it has been installed to the end."""
        return (self.home / ".installed").exists() and Path(self.folder).is_dir()

    def install(self) -> None:
        """Get the packages, unless they are there.

        Raises:
            AbsentError: A client is missing, or a package cannot be had.
        """
        if self.is_there:
            return
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        match self.source:
            case "pypi":
                self._from_pypi()
            case "npm":
                self._from_npm()
            case "debian":
                self._from_debian()
        try:
            Path(self.folder).mkdir(parents=True, exist_ok=True)
        except PermissionError as error:
            raise AbsentError(f"{self.folder} cannot be made") from error
        (self.home / ".installed").touch()

    def _from_pypi(self) -> None:
        self._call([sys.executable, "-m", "venv", "."])
        pip = [str(self.home / "bin/python"), "-m", "pip", "--disable-pip-version-check"]
        self._call([*pip, "install", *self.packages])

    def _from_npm(self) -> None:
        options = ["--no-audit", "--no-fund", "--no-save", "--prefix", "."]
        self._call([_client("npm"), "install", *options, *self.packages])

    def _from_debian(self) -> None:
        self._call([_client("apt-get"), "download", *self.packages])
        for package in sorted(self.home.glob("*.deb")):
            self._call([_client("dpkg-deb"), "--extract", str(package), "."])

    def _call(self, command: list[str]) -> None:
        done = subprocess.run(
            command, cwd=self.home, capture_output=True, text=True, check=False, timeout=600
        )
        if done.returncode:
            complaint = (done.stderr or done.stdout).strip()[-_COMPLAINT_CHARS:]
            raise AbsentError(f"{' '.join(self.packages)} cannot be installed: {complaint}")


def _client(name: str) -> str:
    if (path := shutil.which(name)) is None:
        raise AbsentError(f"no {name} on the path")
    return path
