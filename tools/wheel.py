"""Build the wheel from a clean copy of the tree.

Setuptools packs whatever an earlier build left in `build/`, so that a wheel made in the checkout
may carry pages that no source produces any more. A copy in a scratch directory has no past.

The wheel holds one compiled part, so it is for one platform.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("pyproject.toml", "README.md", "LICENSE")


def build_wheel(into: Path) -> Path:
    """Put a wheel of the tree, built pages included, into a directory.

    Returns:
        The wheel's path.

    Raises:
        subprocess.CalledProcessError: If it cannot be built; pip has said why on stderr.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "tree")
        shutil.copytree(
            ROOT / "danmaku", copy / "danmaku", ignore=shutil.ignore_patterns("__pycache__", "*.so")
        )
        for part in PARTS:
            shutil.copy(ROOT / part, copy / part)
        built = Path(scratch, "built")
        pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check")
        subprocess.run(  # noqa: S603 -- our own interpreter and our own words
            [*pip, "--no-deps", "--no-build-isolation", "--wheel-dir", str(built), str(copy)],
            check=True,
        )
        [wheel] = built.iterdir()
        into.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(wheel, into))


if __name__ == "__main__":
    print(build_wheel(Path(sys.argv[1])))
