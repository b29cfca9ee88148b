"""`danmaku bench`: hands over to the bench of a source tree, which is not part of the package.

The bench composes faulty adapters with the real server, to prove that its checker finds them; none
of that may be within reach of an installed server. So it is never imported from here: another
program takes the place of this one.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import typer

import danmaku
from danmaku.cli.shell import EXIT_USAGE, fail

_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
_MEASURES_WITH = "hdrh"  # one of the developers' packages, which no server needs


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("bench", context_settings=_PASSED_ON)(bench_command)


def bench_command(context: typer.Context) -> None:
    """Measure this server; `danmaku bench --help` says how. Needs the source tree."""
    tree = Path(danmaku.__file__).parents[1]
    if not (tree / "bench" / "checker.py").is_file():
        fail(
            "The bench is not part of the installed package. It is in the source tree of danmaku:"
            " get that, and say `make bench` there.",
            exit_code=EXIT_USAGE,
        )
    if find_spec(_MEASURES_WITH) is None:
        fail(
            f"The bench needs the developers' packages: `make bench` in {tree} installs them.",
            exit_code=EXIT_USAGE,
        )
    # The bench starts processes of its own, which must find it too: hence the variable.
    words = [f"PYTHONPATH={tree}", sys.executable, "-m", "bench", *context.args]
    # Taking this one's place, it gets the signals and gives the exit status itself.
    os.execv("/usr/bin/env", ["env", *words])  # noqa: S606 -- no shell wanted # nosec B606
