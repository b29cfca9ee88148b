"""The rows that one transaction will write, and the ground they stand on.

A `Page` belongs to the writer's thread. Acts (`room_acts.py`, `platform_acts.py`) check a fact
against the ground and `put` it; what the ground holds in the end, and did not at the start, becomes
rows beside those of the entries.
"""

import base64
import os
from collections import defaultdict
from dataclasses import asdict as asdict_of
from dataclasses import dataclass

from msgspec.structs import asdict
from sqlalchemy import Connection, Table, Update, bindparam, select

from danmaku.domain.comment import CommentStatus
from danmaku.domain.facts import Entry, Fact, RoomChanged, RoomOpened, RoomWordsSet
from danmaku.domain.ids import AccountId, Number, Pseudonym, RoomId, Seq
from danmaku.domain.times import DAY_MS
from danmaku.store import feature_schema, schema, team_schema
from danmaku.store.bulk import add_all, insert_all, put_all, update_all
from danmaku.store.cases import CaseRow
from danmaku.store.chain import GENESIS
from danmaku.store.codec import Place
from danmaku.store.comments import CommentRow, announced
from danmaku.store.entries import Scribe
from danmaku.store.ground import Ground, Row
from danmaku.store.memory import ChainHead

PSEUDONYM_CHARS = 10
RULE_SETS_KEPT = 3  # the newest decide; the others are there for those who look into what happened

_SETS_ROOM = RoomOpened | RoomChanged | RoomWordsSet
_NEW_CHAIN = ChainHead(top=Seq(0), number_top=Number(0), version=Seq(0), link=GENESIS)


def _update(table: Table, key: tuple[str, ...], columns: tuple[str, ...]) -> Update:
    where = [table.c[name] == bindparam(f"_{name}") for name in key]
    return table.update().where(*where).values({name: bindparam(name) for name in columns})


_COMMENT_COLUMNS = tuple(
    column.name for column in schema.comment.c if column.name not in {"room", "origin"}
)
_CASE_COLUMNS = tuple(column.name for column in schema.case_file.c if column.name != "id")
_STATEMENTS: dict[str, Table | Update] = {
    "chain_new": schema.chain,
    "chain": _update(schema.chain, ("id",), ("top", "number_top", "version", "link")),
    "room_new": schema.room,
    "room": _update(schema.room, ("id",), ("state",)),
    "room_sold": _update(schema.room, ("id",), ("has_sold",)),
    "room_words": _update(schema.room, ("id",), ("words_seq",)),
    "account_new": schema.account,
    "account": _update(schema.account, ("id",), ("version",)),
    "password": _update(schema.account, ("id",), ("password_hash",)),
    "pseudonym": schema.pseudonym,
    "entry": schema.entry,
    "body": schema.body,
    "comment_new": schema.comment,
    "comment": _update(schema.comment, ("room", "origin"), _COMMENT_COLUMNS),
    "grant_new": schema.power_grant,
    "grant": _update(schema.power_grant, ("id",), ("revoked_seq",)),
    "token_new": schema.token,
    "token": _update(schema.token, ("id",), ("revoked_seq",)),
    "report": schema.report,
    "case_new": schema.case_file,
    "case": _update(schema.case_file, ("id",), _CASE_COLUMNS),
    "case_receipt": schema.case_receipt,
    "case_moved": _update(schema.case_receipt, ("case_id",), ("case_id",)),
    "rule_set": schema.rule_set,
    "report_answer": _update(schema.report, ("seq",), ("answered_seq", "finding")),
    "proposal_new": schema.proposal,
    "proposal": _update(schema.proposal, ("id",), ("settled_seq", "outcome")),
    "measure_new": schema.measure,
    "measure": _update(schema.measure, ("id",), ("reversed_seq",)),
    "account_name": _update(schema.account, ("id",), ("name",)),
    "naming_new": schema.naming,
    "naming": _update(schema.naming, ("seq",), ("over_seq",)),
    "recheck_new": team_schema.recheck,
    "recheck": _update(
        team_schema.recheck,
        ("recheck",),
        ("judged_seq", "second", "says_violates", "says_category"),
    ),
    "settled_measure": _update(schema.measure, ("id",), ("read_seq",)),
}
"""In the order in which they are run: what is pointed at comes first."""


_seq = schema.rule_set.c.seq
_DROP_OLD_RULES = schema.rule_set.delete().where(
    _seq.not_in(select(_seq).order_by(_seq.desc()).limit(RULE_SETS_KEPT))
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A state of a page to come back to."""

    ground: Ground
    rows: dict[str, int]


class Page:
    """See the module.

    Args:
        ground: What the tables say about all that will be put.
        scribe: Makes the entries.
    """

    def __init__(self, ground: Ground, scribe: Scribe) -> None:
        self.ground = ground.copy()
        self.rows: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
        self.now_ms = scribe.now_ms
        self._scribe = scribe
        self._start = ground

    def mark(self) -> Mark:
        """Remember how things stand. Cost: grows with the ground."""
        return Mark(self.ground.copy(), {name: len(rows) for name, rows in self.rows.items()})

    def return_to(self, mark: Mark) -> None:
        """Forget all that was put since."""
        self.ground = mark.ground
        for name, rows in self.rows.items():
            del rows[mark.rows.get(name, 0) :]

    def write(self, connection: Connection) -> None:
        """Send all rows to the database; committing is the caller's."""
        self._difference()
        for case_id, case in self.ground.cases.items():
            self._write_case(case, self._start.cases.get(case_id))
        for name, statement in _STATEMENTS.items():
            if not (rows := self.rows.get(name)):
                continue
            if isinstance(statement, Table):
                insert_all(connection, statement, rows)
            else:
                update_all(connection, statement, rows)
        if self.rows.get("rule_set"):
            connection.execute(_DROP_OLD_RULES)
        add_all(connection, schema.clean_day, self._clean_days())
        put_all(connection, feature_schema.comment_like, self._likes())
        put_all(connection, feature_schema.like_count, self._like_counts())
        for (table, key), values in self.ground.newest.items():
            connection.execute(table.delete().where(*(table.c[name] == it for name, it in key)))
            connection.execute(table.insert(), dict(key + values))

    def keep(self, table: Table, key: Row, **values: object) -> None:
        """Have the newest word on a key stand in `table`, whatever stood there before."""
        self.ground.newest[table, key] = tuple(values.items())

    def put(
        self,
        chain: RoomId,
        fact: Fact,
        *,
        row: CommentRow | None = None,
        account: AccountId | None = None,
    ) -> Entry:
        """Give a fact its place; everything about it has been checked."""
        head = self.ground.chains.get(chain, _NEW_CHAIN)
        seq = Seq(head.top + 1)
        place = Place(seq) if row is None else Place(seq, row.comment.origin, _number(row))
        written = self._scribe.write_down(
            fact,
            chain,
            place,
            previous=head.link,
            name_of=lambda account: self.name(chain, account),
        )
        self.rows["entry"].append(written.entry)
        self.rows["body"] += written.bodies
        self.ground.chains[chain] = ChainHead(
            top=seq,
            number_top=max(head.number_top, place.number),
            version=seq if isinstance(fact, _SETS_ROOM) else head.version,
            link=written.link,
        )
        return Entry(
            chain=chain,
            seq=seq,
            at_ms=self.now_ms,
            fact=fact,
            comment=None if row is None else announced(row.comment),
            account=account if row is None else row.account,
        )

    def name(self, chain: RoomId, account: AccountId) -> Pseudonym:
        """The random id of an account on a chain, made up when it has none yet."""
        names = self.ground.pseudonyms
        if (name := names.get((chain, account))) is None:
            name = names[chain, account] = _new_pseudonym()
        return name

    def next(self, chain: RoomId) -> Seq:
        """The place that the next `put` gives."""
        return Seq(self.ground.chains.get(chain, _NEW_CHAIN).top + 1)

    def _difference(self) -> None:
        """Make rows of all that the ground holds now and did not hold at the start."""
        start, end, rows = self._start, self.ground, self.rows
        for chain, head in end.chains.items():
            if head is not (old := start.chains.get(chain)):
                key = "_id" if old else "id"
                rows["chain" if old else "chain_new"].append({key: chain, **asdict(head)})
        for account, version in end.versions.items():
            if version != start.versions.get(account):
                rows["account"].append({"_id": account, "version": version})
        for (chain, account), name in end.pseudonyms.items():
            if (chain, account) not in start.pseudonyms:
                rows["pseudonym"].append({"chain": chain, "account": account, "pseudonym": name})
        for origin, row in end.comments.items():
            self._write_comment(row, start.comments.get(origin))

    def _clean_days(self) -> list[dict[str, object]]:
        """How many more comments stand than at the start, by account and day."""
        more: dict[tuple[AccountId, int], int] = {}
        start = self._start.comments
        for origin, row in self.ground.comments.items():
            if row is (old := start.get(origin)):
                continue
            change = _is_clean(row) - (old is not None and _is_clean(old))
            day = row.account, row.comment.at_ms // DAY_MS
            more[day] = more.get(day, 0) + change
        return [
            {"account": account, "day": day, "comments": comments}
            for (account, day), comments in sorted(more.items())
            if comments
        ]

    def _likes(self) -> list[dict[str, object]]:
        start = self._start.likes
        return [
            {"room": room, "number": number, "account": account, **asdict_of(like)}
            for (room, number, account), like in self.ground.likes.items()
            if like is not start.get((room, number, account))
        ]

    def _like_counts(self) -> list[dict[str, object]]:
        start = self._start.like_counts
        return [
            {"room": room, "number": number, **asdict_of(count)}
            for (room, number), count in self.ground.like_counts.items()
            if count is not start.get((room, number))
        ]

    def _write_comment(self, row: CommentRow, old: CommentRow | None) -> None:
        if row is old:
            return
        values = row.values()
        if old is None:
            self.rows["comment_new"].append(values)
            return
        values["_room"], values["_origin"] = values.pop("room"), values.pop("origin")
        self.rows["comment"].append(values)

    def _write_case(self, row: CaseRow, old: CaseRow | None) -> None:
        if row is old:
            return
        values = row.values()
        if old is not None:
            values["_id"] = values.pop("id")
        self.rows["case_new" if old is None else "case"].append(values)


def _is_clean(row: CommentRow) -> bool:
    """Whether a comment stands, and is its account's own."""
    return row.comment.status is CommentStatus.PUBLISHED and not row.comment.imported


def _number(row: CommentRow) -> Number:
    return Number(0) if row.comment.number is None else row.comment.number


def _new_pseudonym() -> Pseudonym:
    # 50 random bits: two accounts of one room do not meet.
    return Pseudonym(base64.b32encode(os.urandom(7)).decode().lower()[:PSEUDONYM_CHARS])
