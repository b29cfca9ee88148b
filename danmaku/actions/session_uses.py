"""When sessions were last used: noted on the way, and written now and then.

No request and no message of a socket waits for it. What is lost when the process ends is noted
again at the next use.
"""

import asyncio
from itertools import islice

import structlog

from danmaku.config import AccountSettings
from danmaku.domain.ids import Millis
from danmaku.domain.times import DAY_MS, HOUR_MS
from danmaku.errors import Unavailable
from danmaku.ports import Accounts, SessionTerms

EVERY_S = 60.0  # between two rounds of writing
NOTED_MAX = 20_000  # sessions that wait for that; one too many is noted at a later use
WRITTEN_MAX = 100  # sessions in one write: comments may be in the same transaction
APART_MS_MAX = HOUR_MS  # between two uses of one session that are written
_PARTS = 24  # of the time that a session lasts without use; it ends early by two of them at most

log = structlog.get_logger(__name__)


def terms_in(settings: AccountSettings) -> SessionTerms:
    """How long sessions last, and how exactly their use is known."""
    idle_ms = settings.session_idle_hours * HOUR_MS
    return SessionTerms(
        life_ms=settings.session_days * DAY_MS,
        idle_ms=idle_ms,
        apart_ms=min(APART_MS_MAX, idle_ms // _PARTS),
    )


class SessionUses:
    """See the module.

    Args:
        accounts: Where it is written.
        terms: When sessions end.
    """

    def __init__(self, accounts: Accounts, terms: SessionTerms) -> None:
        self.terms = terms
        self._accounts = accounts
        self._noted: dict[bytes, Millis] = {}  # when a session was used, by its digest

    def note(self, digest: bytes, now_ms: Millis, *, used_ms: Millis | None = None) -> None:
        """A session is being used. Cost: none but memory.

        Args:
            digest: Of its secret.
            now_ms: When.
            used_ms: When it was last, as far as the record knows.
        """
        if used_ms is not None and now_ms - used_ms < self.terms.apart_ms:
            return
        if digest in self._noted or len(self._noted) < NOTED_MAX:
            self._noted[digest] = now_ms

    async def run(self) -> None:
        """Write what was noted, once a minute, until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.write()
            except Unavailable as error:
                log.warning("session_uses_put_off", code=error.code.value)

    async def write(self) -> None:
        """Write all that was noted; what could not be written waits for the next round.

        Raises:
            Unavailable: The record does not take it now.
        """
        while self._noted:
            uses = dict(islice(self._noted.items(), WRITTEN_MAX))
            await self._accounts.use_sessions(uses, self.terms)
            for digest in uses:
                self._noted.pop(digest, None)
