"""Building rules in a helper process; both ends of its pipe stand here.

Parsing and building a large rule set holds the interpreter for seconds. The helper is a process of
the same interpreter over the same code: it takes the file's bytes and gives back the built screen
as bytes, or the faults. Here only the loading remains, which takes milliseconds.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import Final

import msgspec

from danmaku.filter.builds import screen_from
from danmaku.filter.faults import Fault, RuleFileError
from danmaku.filter.packing import pack, unpack
from danmaku.filter.screen import Screen

NICENESS: Final = 10
"""The helper stands back behind the server."""

_EXIT_FAULTS: Final = 3
_CODE = Path(__file__).parents[2]  # the helper runs the code that this process runs


class BuildFailed(Exception):  # noqa: N818 -- named as what happened, like the errors of the house
    """The helper died or took too long: it may be the machine, and need not be the file."""


async def build(path: Path, *, seconds_max: float) -> Screen:
    """Read, build and try a rule file aside.

    Raises:
        RuleFileError: With what is wrong with it.
        BuildFailed: See there; also if it took longer than `seconds_max`.
        OSError: It cannot be read.
    """
    source = await asyncio.to_thread(path.read_bytes)
    return await build_from(source, str(path), seconds_max=seconds_max)


async def build_from(source: bytes, name: str, *, seconds_max: float) -> Screen:
    """As `build`, of what stands in a file of that name.

    Raises:
        RuleFileError, BuildFailed: As `build`.
    """
    helper = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, Path(name).name),
        cwd=_CODE,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
    )
    try:
        async with asyncio.timeout(seconds_max):
            answer, _ = await helper.communicate(source)
    except TimeoutError:
        raise BuildFailed(f"{name}: not built within {seconds_max:g} s") from None
    finally:
        if helper.returncode is None:
            helper.kill()
            await helper.wait()
    if helper.returncode == _EXIT_FAULTS:
        raise RuleFileError(msgspec.json.decode(answer, type=list[Fault]), name)
    if helper.returncode != 0:
        raise BuildFailed(f"{name}: the helper ended with {helper.returncode}")
    return await asyncio.to_thread(unpack, answer)


def main() -> int:
    """Be the helper: a file on stdin, its name as the argument, the answer on stdout."""
    os.nice(NICENESS)
    try:
        answer = pack(screen_from(sys.stdin.buffer.read(), sys.argv[1]))
    except RuleFileError as error:
        sys.stdout.buffer.write(msgspec.json.encode(error.faults))
        return _EXIT_FAULTS
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
