"""Legal holds that stand, read from their table."""

import msgspec
from sqlalchemy import Connection, select

from danmaku.domain.ids import PLATFORM
from danmaku.domain.legal_hold import LegalHold, LegalHoldLaid, Reach
from danmaku.errors import Broken
from danmaku.ports import StandingHold
from danmaku.store import schema
from danmaku.store.entries import ENTRIES, entries_of
from danmaku.store.links import Readers

_hold, _entry = schema.legal_hold.c, schema.entry.c
_REACH = msgspec.json.Decoder(Reach)


class LegalHoldQueries:
    """`ports.Registry.legal_holds` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def legal_holds(self) -> list[StandingHold]:
        """As `ports.Registry.legal_holds`."""
        return await self._readers.ask(standing_holds)


def holds_on(connection: Connection) -> tuple[LegalHold, ...]:
    """The legal holds that stand, on any connection that reads."""
    wanted = select(schema.legal_hold).where(_hold.reach.is_not(None))
    return tuple(
        LegalHold(row.id, row.account, _REACH.decode(row.reach), row.is_told)
        for row in connection.execute(wanted)
    )


def standing_holds(connection: Connection) -> list[StandingHold]:
    """The same with their entries, oldest first."""
    laid = select(_hold.seq).where(_hold.reach.is_not(None))
    wanted = ENTRIES.where(_entry.chain == PLATFORM, _entry.seq.in_(laid)).order_by(_entry.seq)
    found = []
    for entry in entries_of(connection, connection.execute(wanted)):
        if not isinstance(entry.fact, LegalHoldLaid):
            raise Broken("A legal hold stands on another kind of entry.")
        found.append(StandingHold(entry.seq, entry.at_ms, entry.fact))
    return found
