"""Counting who is on duty: for the metrics, and for a word in the log when they are too few.

Article: articles.Article.REVIEW_TEAM
"""

import asyncio

import structlog

from danmaku.actions.roster import Roster
from danmaku.domain.roster import Cover
from danmaku.errors import Unavailable
from danmaku.telemetry import Telemetry

EVERY_S = 60.0

log = structlog.get_logger(__name__)


class TeamWatch:
    """See the module."""

    def __init__(self, roster: Roster, telemetry: Telemetry) -> None:
        self._roster = roster
        self._telemetry = telemetry
        self._was_thin = False

    async def run(self) -> None:
        """Look now and every minute, until cancelled."""
        while True:
            try:
                await self.look()
            except Unavailable as error:
                log.warning("duty_not_counted", code=error.code.value)
            await asyncio.sleep(EVERY_S)

    async def look(self) -> Cover:
        """Count; the log hears when those on duty become too few, once.

        Raises:
            Unavailable: The record cannot be read now.
        """
        cover = await self._roster.cover()
        self._telemetry.reviewers_on_duty.set(cover.on_duty)
        self._telemetry.rooms_per_reviewer.set(cover.rooms_each)
        if cover.is_thin and not self._was_thin:
            log.warning("reviewers_too_few", count=cover.on_duty, number=cover.open_rooms)
        self._was_thin = cover.is_thin
        return cover
