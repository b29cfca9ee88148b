"""Watches the rule files: what has changed is built aside and takes over; a bad one does not."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import structlog

from danmaku.actions.file_changes import FileChanges
from danmaku.actions.rule_builds import BuildFailed, build
from danmaku.actions.rules import Rules
from danmaku.errors import Unavailable
from danmaku.filter.faults import RuleFileError
from danmaku.filter.screen import Screen
from danmaku.telemetry import Telemetry

log = structlog.get_logger(__name__)

Layer = Literal["large", "urgent"]


@dataclass(slots=True)
class _Watched:
    """One file.

    Attributes:
        waiting: What was built of it and is not in force yet.
    """

    changes: FileChanges
    layer: Layer
    waiting: Screen | None = None


class RuleWatch:
    """The rule files of a house.

    Article: articles.Article.REVIEW_BEFORE_PUBLICATION

    Args:
        rules: Where they are to decide.
        large: The rule file; None: there is none to watch.
        urgent: What is laid over it; likewise.
        build_s: A build may take so long, seconds.
    """

    def __init__(
        self,
        rules: Rules,
        *,
        large: Path | None,
        urgent: Path | None,
        build_s: float,
        telemetry: Telemetry,
    ) -> None:
        self._rules: Final = rules
        self._build_s: Final = build_s
        self._telemetry: Final = telemetry
        files: tuple[tuple[Path | None, Layer], ...] = ((large, "large"), (urgent, "urgent"))
        self._files = [
            _Watched(FileChanges(path), layer) for path, layer in files if path is not None
        ]

    async def run(self, every_ms: int) -> None:
        """Look at each file every so often, until cancelled; none waits for the other's build."""
        async with asyncio.TaskGroup() as tasks:
            for file in self._files:
                tasks.create_task(self._follow(file, every_ms), name="rules")

    async def pass_over(self) -> None:
        """Let nothing decide that stands in the files by now: newer rules do already."""
        for file in self._files:
            await file.changes.pass_over()

    async def look(self) -> None:
        """Look at each file once; whatever goes wrong, the rules in force stay."""
        for file in self._files:
            await self._look_at(file)

    async def _follow(self, file: _Watched, every_ms: int) -> None:
        while True:
            await asyncio.sleep(every_ms / 1000)
            await self._look_at(file)

    async def _look_at(self, file: _Watched) -> None:
        try:
            await self._read(file)
            await self._put_in_force(file)
        except Exception:
            log.exception("rules_watch_failed")  # a defect of ours must not end the server
            self._telemetry.rules_refused.inc()
            file.changes.tell_again()

    async def _read(self, file: _Watched) -> None:
        try:
            if await file.changes.has_settled():
                file.waiting = await build(file.changes.path, seconds_max=self._build_s)
        except (OSError, RuleFileError, BuildFailed) as error:
            log.error("rules_not_read", reason=str(error))  # noqa: TRY400 -- no defect of ours
            self._telemetry.rules_refused.inc()

    async def _put_in_force(self, file: _Watched) -> None:
        if file.waiting is None:
            return
        try:
            if file.layer == "large":
                is_new = await self._rules.activate(None, large=file.waiting)
            else:
                is_new = await self._rules.activate(None, urgent=file.waiting)
        except Unavailable as error:
            log.warning("rules_not_recorded", reason=str(error))  # tried again next time
            return
        file.waiting = None
        if is_new:
            log.info("rules_activated", ruleset=self._rules.version)
