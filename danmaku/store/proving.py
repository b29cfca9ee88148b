"""Proving the record beside the server that writes it; both ends of the helper's pipe stand here.

To walk all chains takes the interpreter minutes. The helper is a process of the same interpreter
over the same code, which stands back behind the server: it takes where the record lies, and gives
back what is wrong with it.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import Final

import msgspec

from danmaku.config import StoreSettings
from danmaku.domain.ids import RoomId, Seq
from danmaku.errors import DanmakuError, StoreDown
from danmaku.store.verify import Finding, Step, verify

NICENESS: Final = 15
"""The helper stands back behind the server, and behind those that build rules."""

_EXIT_UNREAD: Final = 3
_CODE = Path(__file__).parents[2]  # the helper runs the code that this process runs


Spot = tuple[RoomId, Seq]
"""The first bad entry of a chain; seq 0: what is wrong is the file, or a sum over chains."""


async def prove_aside(settings: StoreSettings) -> list[Spot]:
    """Walk every chain, as `danmaku verify` does; gives what is not sound.

    Cancelling it ends the helper.

    Raises:
        StoreDown: The record cannot be read, has no key to check its heads with, or the helper
            was killed.
    """
    helper = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__), cwd=_CODE, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    try:
        # By the pipe, for other users of the machine may read a command line, and a password in it.
        answer, _ = await helper.communicate(_absolute(settings).model_dump_json().encode())
    finally:
        if helper.returncode is None:
            helper.kill()
            await helper.wait()
    if helper.returncode != 0:
        raise StoreDown(f"The record was not proved: the helper ended with {helper.returncode}.")
    return msgspec.json.decode(answer, type=list[Spot])


def _absolute(settings: StoreSettings) -> StoreSettings:
    """The helper stands in another directory."""
    return settings.model_copy(update={"data_dir": settings.data_dir.absolute()})


def _unsound(settings: StoreSettings) -> list[Spot]:
    found: list[Spot] = []

    def note(step: Step) -> None:
        if isinstance(step, Finding):
            found.append((step.chain, step.seq))

    verify(settings, note)
    return found


def main() -> int:
    """Be the helper: where the record lies on stdin, what came of it on stdout."""
    os.nice(NICENESS)
    try:
        found = _unsound(StoreSettings.model_validate_json(sys.stdin.buffer.read()))
    except DanmakuError:
        return _EXIT_UNREAD
    sys.stdout.buffer.write(msgspec.json.encode(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
