"""One transaction of the record: judge and number all that waits.

A `Batch` belongs to the writer's thread and lives as long as its transaction. Calls are added one
after the other; each is admitted whole or not at all, and sees what the calls before it did. The
rows are written at the end, a few statements for all of them.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from danmaku.domain.facts import (
    AccountRegistered,
    CommentLiked,
    Entry,
    NameJudged,
    PowersGranted,
    RoomOpened,
)
from danmaku.domain.filing_facts import FilingBegun
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Seq
from danmaku.errors import Broken, Code, Coded, Stale
from danmaku.ports import Append
from danmaku.store import (
    case_acts,
    endpoint_acts,
    feature_acts,
    filing_acts,
    keeping_acts,
    legal_hold_acts,
    naming_acts,
    people_acts,
    platform_acts,
    room_acts,
    rule_acts,
    schema,
    team_acts,
)
from danmaku.store.bulk import lock_all
from danmaku.store.entries import Scribe, entry_at
from danmaku.store.ground import Ground
from danmaku.store.memory import Memory
from danmaku.store.page import Page
from danmaku.store.touched import new_key_of

JUST_REGISTERED = AccountId(0)  # ports.Record.commit: the account that the same call registers

_ACTS = (
    room_acts.ACTS
    | platform_acts.ACTS
    | people_acts.ACTS
    | keeping_acts.ACTS
    | legal_hold_acts.ACTS
    | naming_acts.ACTS
    | feature_acts.ACTS
    | filing_acts.ACTS
    | case_acts.ACTS
    | rule_acts.ACTS
    | team_acts.ACTS
    | endpoint_acts.ACTS
)


class Batch:
    """See the module.

    Args:
        connection: In a transaction; no other may write meanwhile.
        memory: What need not be read.
        appends: All that will be added: what they touch is read at once.
        now_ms: The time that all entries of this transaction bear.
    """

    def __init__(
        self, connection: Connection, memory: Memory, appends: Sequence[Append], now_ms: Millis
    ) -> None:
        self._connection = connection
        self._memory = memory
        self._page = Page(Ground.under(connection, memory, appends), Scribe(now_ms, len(appends)))
        self.entries: list[Entry] = []  # to be announced, in record order

    def add(self, appends: tuple[Append, ...]) -> list[Entry]:
        """Admit one call: its entries, those given again included.

        Raises:
            Stale: As `ports.Record.commit`; this batch is as it was before.
            Coded: The same.
        """
        # An act checks everything before it puts anything: only several need a way back.
        mark = self._page.mark() if len(appends) > 1 else None
        entries: list[Entry] = []
        try:
            for append in appends:
                entries.append(self._append(append, entries))
        except BaseException:
            if mark is not None:
                self._page.return_to(mark)
            raise
        self.entries += [entry for entry in entries if not entry.repeated]
        return entries

    def write(self) -> None:
        """Send all rows to the database; committing is the caller's."""
        self._page.write(self._connection)

    @property
    def first_row(self) -> dict[str, object] | None:
        """The first row of `entry` that it writes, for `is_recorded`."""
        rows = self._page.rows["entry"]
        return rows[0] if rows else None

    def remember(self) -> None:
        """Spare the next batches to read what this one left behind; only after COMMIT."""
        self._page.ground.teach(self._memory)

    def _append(self, append: Append, call: list[Entry]) -> Entry:
        fact = append.fact
        if (type(fact) in room_acts.ACTS) == (append.chain == PLATFORM):
            raise Broken(f"{type(fact).__name__} does not belong to the chain {append.chain}.")
        if (known := self._known(append, call)) is not None:
            return known
        self._check_versions(append)
        if isinstance(fact, PowersGranted) and fact.holder == JUST_REGISTERED:
            fact = replace(fact, holder=_registered_in(call))
        if isinstance(fact, NameJudged) and fact.account == JUST_REGISTERED:
            fact = replace(fact, account=_registered_in(call))
        return _ACTS[type(fact)](self._page, append.chain, fact)

    def _known(self, append: Append, call: list[Entry]) -> Entry | None:
        if (origin := self._first_seq(append)) is None:
            return None
        for entry in (*call, *self.entries):
            if (entry.chain, entry.seq) == (append.chain, origin):
                return replace(entry, repeated=True)
        first = entry_at(self._connection, append.chain, origin)
        if first is None:
            raise Broken(f"{append.chain} has a row without its entry {origin}.")
        return replace(first, repeated=True)

    def _first_seq(self, append: Append) -> Seq | None:
        """Where a fact that would say nothing new was said first; None: it says something new."""
        ground, fact = self._page.ground, append.fact
        if isinstance(fact, CommentLiked):
            like = ground.likes.get((append.chain, fact.number, fact.actor))
            return like.seq if like is not None and like.stands is fact.stands else None
        if isinstance(fact, FilingBegun):
            return ground.open_filings.get((fact.filing_kind, fact.subject))
        key = new_key_of(append.chain, fact)
        return None if key is None else ground.origins.get(key)

    def _check_versions(self, append: Append) -> None:
        ground, fact = self._page.ground, append.fact
        head = ground.chains.get(append.chain)
        if head is None and not isinstance(fact, RoomOpened):
            raise Coded(Code.NOT_FOUND)
        if append.room_version is not None and (
            head is None or head.version != append.room_version
        ):
            raise Stale
        for seen in (append.standing, append.besides):
            if seen is not None and ground.versions.get(seen[0]) != seen[1]:
                raise Stale


def is_recorded(connection: Connection, row: dict[str, object] | None) -> bool:
    """Whether this row of `entry` is in the table; None: there is nothing that could be.

    Waits for whoever may still be writing it: they hold its chain, or that of the platform.
    """
    if row is None:
        return False
    lock_all(connection, schema.chain.c.id, [*{PLATFORM, row["chain"]}])
    entry = schema.entry.c
    wanted = select(entry.link).where(entry.chain == row["chain"], entry.seq == row["seq"])
    return bool(connection.scalar(wanted) == row["link"])


def _registered_in(call: list[Entry]) -> AccountId:
    for entry in reversed(call):
        if isinstance(entry.fact, AccountRegistered) and entry.account is not None:
            return entry.account
    raise Coded(Code.NOT_FOUND)
