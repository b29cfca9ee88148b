"""Several processes on one port: started, watched, replaced, ended.

Each place has sockets of its own in the port's group (SO_REUSEPORT), so that the kernel deals out
visitors evenly. They are opened here and lent: a worker that is replaced leaves its queue of
visitors to the next one, which serves already. The sockets of one that crashed are closed, for
nobody should wait in a queue that nobody serves; the other places take its visitors.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn, Self

import structlog

from danmaku.config import IN_MEMORY, Settings
from danmaku.doors import Berth, Ports, berth_words

START_S = 120.0  # a worker's doors are open by then; the first one may have to migrate the record
END_S = 60.0  # who has not gone by then is killed
PAUSE_S = 0.5  # before a worker that crashed is started again, doubled each time
PAUSE_S_MAX = 30.0
SETTLED_S = 30.0  # who lived for so long did not fail at its start

log = structlog.get_logger(__name__)


def unfit(settings: Settings) -> str | None:
    """Why these settings cannot be served by several processes as they ask; None: they can."""
    nodes = settings.nodes
    if settings.demo and nodes.workers > 1:
        return "The demo runs in one process: leave out the workers."
    if (nodes.bus or nodes.workers > 1) and settings.store.url in ("", IN_MEMORY):
        return "This record serves one process: nodes share a PostgreSQL record (store.url)."
    if nodes.workers > 1 and not nodes.bus:
        return "Workers tell each other what is new over a bus: name one (nodes.bus)."
    return None


def own_command() -> list[str]:
    """The words that this very process was started with: a worker reads the same settings."""
    return [sys.executable, *sys.orig_argv[1:]]


class _Worker:
    """One process, and the line to it.

    Args:
        process: It.
        line: Says once that its doors are open, and ends with it.
    """

    def __init__(self, process: asyncio.subprocess.Process, line: socket.socket) -> None:
        self._process = process
        self._line = line
        self.began_s = asyncio.get_running_loop().time()

    @classmethod
    async def started(
        cls, command: Sequence[str], number: int, public: socket.socket, ops: socket.socket | None
    ) -> Self:
        """Start a process at the place of that number."""
        line, theirs = socket.socketpair()
        line.settimeout(0)
        with theirs, contextlib.ExitStack() as unless_started:
            unless_started.callback(line.close)
            lent = [public, theirs] if ops is None else [public, theirs, ops]
            process = await asyncio.create_subprocess_exec(
                *(*command, "--berth", berth_words(Berth(number, public, ops, theirs))),
                pass_fds=[each.fileno() for each in lent],
                start_new_session=True,  # a terminal's Ctrl-C is for us; we tell the workers
            )
            unless_started.pop_all()
        log.info("worker_started", worker=number)
        return cls(process, line)

    async def is_ready(self) -> bool:
        """Wait until its doors are open; False: it ended, or takes too long."""
        try:
            async with asyncio.timeout(START_S):
                if await asyncio.get_running_loop().sock_recv(self._line, 1):
                    return True
                await self._process.wait()  # so that its status is its own, not that of our signal
        except (TimeoutError, ConnectionError):
            pass
        return False

    async def gone(self) -> int:
        """Wait for its end; its status."""
        status = await self._process.wait()
        self._line.close()
        return status

    async def end(self) -> int:
        """Have it let everybody go; its status."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            return await asyncio.wait_for(asyncio.shield(self._process.wait()), END_S)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            return await self._process.wait()
        finally:
            self._line.close()


class _Place:
    """Where one worker after another does the same work.

    Args:
        number: From 0.
        ports: Where it listens.
        command: What starts a worker.
    """

    def __init__(self, number: int, ports: Ports, command: Sequence[str]) -> None:
        self._number = number
        self._ports = ports
        self._command = command
        self._sockets: tuple[socket.socket, socket.socket | None] | None = None
        self._worker: _Worker | None = None
        self._alive: set[_Worker] = set()
        self._changing = asyncio.Lock()
        self._failures = 0

    async def fill(self) -> int | None:
        """Put a worker there; the status of one that ended instead of opening its doors."""
        worker = await self._start()
        if await worker.is_ready():
            self._worker = worker
            return None
        return await self._end(worker)

    async def keep(self) -> NoReturn:
        """See to it that somebody works there, whatever happens."""
        while True:
            if self._worker is None:
                await self._revive()
                continue
            worker = self._worker
            status = await worker.gone()
            async with self._changing:
                if worker is self._worker:  # else it was replaced
                    self._note_end(worker, status)

    async def replace(self) -> bool:
        """Put a new worker there, and then let the former go; False: the former stays."""
        async with self._changing:
            if self._worker is None:  # it is being revived: that will be a new one
                return True
            former = self._worker
            if await self._refill() is not None:
                return False
        await self._end(former)
        return True

    def close(self) -> None:
        """Let nobody in any more."""
        for each in self._sockets or ():
            if each is not None:
                each.close()
        self._sockets = None

    async def end(self) -> list[int]:
        """End everybody who works there; their statuses."""
        self.close()
        return await asyncio.gather(*(self._end(worker) for worker in tuple(self._alive)))

    async def _refill(self) -> int | None:
        """As `fill`, where others work on: what cannot be started now may be later."""
        try:
            return await self.fill()
        except OSError as error:
            log.warning("worker_not_started", worker=self._number, reason=error.strerror)
            return os.EX_OSERR

    async def _start(self) -> _Worker:
        if self._sockets is None:
            self._sockets = self._ports.public(), self._ports.ops(self._number)
        worker = await _Worker.started(self._command, self._number, *self._sockets)
        self._alive.add(worker)
        return worker

    async def _end(self, worker: _Worker) -> int:
        status = await worker.end()
        self._alive.discard(worker)
        return status

    def _note_end(self, worker: _Worker, status: int) -> None:
        lived_s = asyncio.get_running_loop().time() - worker.began_s
        self._failures = 0 if lived_s >= SETTLED_S else self._failures
        self._worker = None
        self._alive.discard(worker)
        self.close()
        log.error("worker_ended", worker=self._number, status=status)

    async def _revive(self) -> None:
        pause_s = min(PAUSE_S * 2**self._failures, PAUSE_S_MAX)
        self._failures = min(self._failures + 1, 16)
        await asyncio.sleep(pause_s)
        async with self._changing:
            if (status := await self._refill()) is not None:
                self.close()
                log.error("worker_failed", worker=self._number, status=status)


class Workers:
    """All workers of this machine, until the signal to end.

    Args:
        command: What starts one, but for its berth.
        count: How many.
        ports: Where they listen.
    """

    def __init__(self, command: Sequence[str], count: int, ports: Ports) -> None:
        self._places = [_Place(number, ports, command) for number in range(count)]
        self._ending = asyncio.Event()
        self._hung_up = asyncio.Event()

    async def run(self, on_ready: Callable[[], None]) -> int:
        """Keep them until SIGTERM or SIGINT; SIGHUP replaces one after another.

        Args:
            on_ready: Called when all have opened their doors for the first time.

        Returns:
            The exit status: of the first worker, if it cannot open its doors; 0 if all ended well.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ending.set)
        loop.add_signal_handler(signal.SIGHUP, self._hung_up.set)
        keeping = asyncio.create_task(self._keep(on_ready), name="workers")
        ending = asyncio.create_task(self._ending.wait(), name="ending")
        await asyncio.wait({keeping, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        keeping.cancel()
        await asyncio.wait({keeping, ending})
        log.info("stopping")
        for place in self._places:
            place.close()
        ended = await asyncio.gather(*(place.end() for place in self._places))
        if not keeping.cancelled():
            return keeping.result()
        statuses = {status for each in ended for status in each}
        return int(not statuses <= {os.EX_OK, -signal.SIGTERM})  # the latter: it had not begun

    async def _keep(self, on_ready: Callable[[], None]) -> int:
        first, *others = self._places
        # Alone: it migrates the record, and what is wrong with the settings is said once.
        if (status := await first.fill()) is not None:
            return status
        await asyncio.gather(*(place.fill() for place in others))
        on_ready()
        async with asyncio.TaskGroup() as tasks:
            for place in self._places:
                tasks.create_task(place.keep(), name="place")
            tasks.create_task(self._replace_when_told(), name="replace")
        return os.EX_SOFTWARE

    async def _replace_when_told(self) -> NoReturn:
        while True:
            await self._hung_up.wait()
            self._hung_up.clear()
            log.info("replacing")
            for number, place in enumerate(self._places):
                if not await place.replace():
                    log.error("replacing_stopped", worker=number)
                    break
            else:
                log.info("replaced", count=len(self._places))
