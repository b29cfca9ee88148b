import subprocess
import sys
from pathlib import Path

from tests.house.tree import ROOT


def test_imports_keep_to_the_floors():
    lint_imports = Path(sys.executable).with_name("lint-imports")

    outcome = subprocess.run(
        [lint_imports, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True
    )

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
