"""Programs in C that are part of the bench, built when somebody first needs them."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

_SOURCES = Path(__file__).with_name("native")
_BUILT = Path(__file__).with_name("results") / ".built"
_FLAGS = ("-O2", "-Wall", "-Wextra")


class NoCompilerError(RuntimeError):
    """There is no C compiler."""


def built(name: str) -> Path:
    """The program of `native/NAME.c`, compiled unless that was done before with the same text.

    Cost: about a second, once; it blocks.

    Raises:
        NoCompilerError: If there is no `cc`.
        subprocess.CalledProcessError: If it does not compile; what `cc` says is on stderr.
    """
    if (compiler := shutil.which("cc")) is None:
        raise NoCompilerError("no C compiler (cc) on the path")
    program = _BUILT / f"{name}-{_digest(name)}"
    if not program.exists():
        _BUILT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_BUILT) as folder:
            fresh = Path(folder) / name
            source = _SOURCES / f"{name}.c"
            subprocess.run([compiler, *_FLAGS, "-o", str(fresh), str(source)], check=True)
            fresh.replace(program)  # at once: whoever builds it at the same moment sees it whole
    return program


def _digest(name: str) -> str:
    """Stands for the program's text; any header may be part of it."""
    parts = [_SOURCES / f"{name}.c", *sorted(_SOURCES.glob("*.h"))]
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:16]
