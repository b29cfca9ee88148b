"""What a record says of the house that runs on it, asked on any connection that reads."""

from pathlib import Path

from sqlalchemy import Connection, or_, select

from danmaku.domain.account import Bundle
from danmaku.domain.documents import Document, Edition, binding
from danmaku.domain.ids import PLATFORM, Millis, Seq
from danmaku.domain.people_facts import DocumentIssued
from danmaku.domain.readiness import Recorded
from danmaku.store import schema, team_schema
from danmaku.store.entries import entry_at
from danmaku.store.people_queries import edition_of
from danmaku.store.team_loads import on_duty_in, open_rooms_in
from danmaku.store.vault import is_key_here

_document, _grant = schema.document.c, schema.power_grant.c


def house_in(connection: Connection, key_file: Path, now_ms: Millis) -> Recorded:
    """What a record says of its house; `key_file` is the vault's on this node."""
    return Recorded(
        tuple(_documents_in_force(connection, now_ms)),
        _has_chief_editor(connection, now_ms),
        is_key_here(connection, key_file),
        connection.scalar(select(team_schema.question_set.c.seq).limit(1)) is not None,
        open_rooms_in(connection),
        on_duty_in(connection, now_ms),
    )


def _documents_in_force(connection: Connection, now_ms: Millis) -> list[Document]:
    """The version of each text that binds, with its words."""
    rows = connection.execute(select(schema.document)).all()
    seqs: dict[Edition, Seq] = {edition_of(row): Seq(row.seq) for row in rows}
    bound = binding(seqs, now_ms).values()
    entries = [entry_at(connection, PLATFORM, seqs[edition]) for edition in bound]
    facts = [entry.fact for entry in entries if entry is not None]
    return [Document(one.edition, one.words) for one in facts if isinstance(one, DocumentIssued)]


def _has_chief_editor(connection: Connection, now_ms: Millis) -> bool:
    wanted = select(_grant.id).where(
        _grant.bundle == Bundle.CHIEF_EDITOR.value,
        _grant.room.is_(None),
        _grant.revoked_seq.is_(None),
        or_(_grant.until_ms.is_(None), _grant.until_ms > now_ms),
    )
    return connection.scalar(wanted.limit(1)) is not None
