"""The servers of a scenario: one with its own record, or several that share one."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.backing import postgres, redis
from bench.server import Server
from danmaku.store.keys import KEY_FILE


@contextmanager
def serving(
    folder: Path,
    settings: Mapping[str, str],
    *,
    nodes: int,
    core: int | None,
    program: Sequence[str],
    furnish: Callable[[Path], None] | None = None,
) -> Iterator[list[Server]]:
    """Servers that are ready, on empty records.

    PostgreSQL and Redis stay on no core: on machines of their own they would take none of it.

    Args:
        folder: Holds what they keep.
        settings: Of each, by the names of environment variables without their prefix.
        nodes: How many; 0: one, with the embedded record.
        core: Processor of all of them; None: wherever the system likes.
        program: As `Server`.
        furnish: Puts something into the first one's folder before it starts.

    Raises:
        RuntimeError: One of them does not start, or PostgreSQL is not installed.
    """
    with ExitStack() as stack:
        if nodes:
            url = stack.enter_context(stack.enter_context(postgres()).database())
            bus = stack.enter_context(redis()).url
            settings = {**settings, "STORE__URL": url, "NODES__BUS": bus}
        servers: list[Server] = []
        for n in range(max(1, nodes)):
            server = Server(folder / str(n), settings, core=core, program=program)
            server.data_dir.mkdir(parents=True)
            if furnish is not None and not servers:
                furnish(server.data_dir)
            if servers:
                shutil.copy(servers[0].data_dir / KEY_FILE, server.data_dir)
            servers.append(stack.enter_context(server))
        yield servers
