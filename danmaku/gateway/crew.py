"""The gateway's tasks: each has a name, is held on to, and cannot fail unseen."""

import asyncio
from collections.abc import Callable, Coroutine


class Crew:
    """Every task that runs for some connection.

    A task ends with its errors given to `on_error`, on the event loop; a cancelled one ends
    silently. Bounded by what each connection may start.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(
        self,
        work: Coroutine[None, None, None],
        *,
        name: str,
        on_error: Callable[[BaseException], None],
    ) -> "asyncio.Task[None]":
        """Begin `work`."""

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                on_error(error)

        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(ended)
        return task

    async def settle(self, within_s: float) -> None:
        """Wait for the tasks that run now; end those that take longer than `within_s`."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(tuple(self._tasks), timeout=within_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)
