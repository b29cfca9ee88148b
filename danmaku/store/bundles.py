"""Statutory bundles: a stretch of the record with its proofs, for somebody without this server.

Pseudonymous: what could tell who somebody is stays closed, and is asked for by a disclosure.
"""

import asyncio
import contextlib
import hashlib
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import IO

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine, func, select

from danmaku import verifier
from danmaku.config import StoreSettings
from danmaku.domain.ids import PLATFORM, Millis, RoomId, Seq
from danmaku.domain.inspection import Made, Period
from danmaku.domain.times import DAY_MS
from danmaku.errors import Code, Coded, Overloaded
from danmaku.formats.bundle_page import ChainPart, Contents, bundle_page
from danmaku.formats.chain_copy import BUNDLE_FORMAT, Signer
from danmaku.ports import Clock
from danmaku.store import case_codec, people_codec, platform_codec, room_codec, schema
from danmaku.store.bodies import Part
from danmaku.store.chain import GENESIS
from danmaku.store.copies import CLOSED, ChainCopy, Seen, Span, written_between
from danmaku.store.entries import header_of
from danmaku.store.heads import public_hex
from danmaku.store.keys import existing_head_key
from danmaku.store.opening import look
from danmaku.store.schema import AnyRow, AnySelect
from danmaku.store.verify import chains_of, require_record

_SIGNED_AS = b"danmaku-bundle\n"

OPEN_SEALED = frozenset(
    about.kind()
    for about in (
        *(room_codec.Published, room_codec.WasHeld, room_codec.WasRefused, room_codec.WordsSet),
        *(case_codec.Escalated, case_codec.Decided, case_codec.Told),
        *(people_codec.Taken, people_codec.Reversed, people_codec.Braked, people_codec.Lifted),
        platform_codec.Withdrawn,
    )
)
"""Kinds whose sealed body names no person: texts, verdicts, reasons."""


OnStep = Callable[[int, int], None]
"""Told how many entries are written, and how many there will be, about."""


def make_bundle(
    settings: StoreSettings, wanted: Period, to: Path, *, made_ms: Millis, on_step: OnStep
) -> Made:
    """Write a bundle, beside running servers and in bounded memory; each chain in one snapshot.

    Args:
        settings: Where the record lies; `data_dir` has the key that signs the manifest.
        wanted: What of it.
        to: A folder that is made, or a file if the name ends with `.zip`.
        made_ms: The time of now.
        on_step: See there.

    Raises:
        Coded: NOT_FOUND: no record, or no such room. DUPLICATE: something lies there already.

    Article: articles.Article.DATA_SUPPORT
    """
    if to.exists():
        raise Coded(Code.DUPLICATE, f"{to} is there already.")
    key = existing_head_key(settings.data_dir)
    part = to.with_name(f".{to.name}.part")
    kind = _Zip if to.suffix == ".zip" else _Folder
    try:
        with contextlib.closing(kind(part)) as sink:
            made = look(settings, partial(_write, sink, key, wanted, made_ms, on_step))
        part.rename(to)
    finally:
        if part.is_dir():
            shutil.rmtree(part)
        part.unlink(missing_ok=True)
    return made


class _Folder:
    """Files of a bundle as files."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.mkdir()

    def open(self, name: str) -> IO[bytes]:
        path = self._path / name
        path.parent.mkdir(exist_ok=True)
        return path.open("wb")

    def close(self) -> None:
        """Nothing is left to do."""


class _Zip:
    """Files of a bundle in one archive."""

    def __init__(self, path: Path) -> None:
        # Stored, not deflated: half of it are digests, and a broken byte then breaks one line only.
        self._zip = zipfile.ZipFile(path, "x", zipfile.ZIP_STORED)

    def open(self, name: str) -> IO[bytes]:
        return self._zip.open(name, "w", force_zip64=True)

    def close(self) -> None:
        self._zip.close()


def _write(
    sink: _Folder | _Zip,
    key: Ed25519PrivateKey,
    wanted: Period,
    made_ms: Millis,
    on_step: OnStep,
    engine: Engine,
) -> Made:
    with engine.connect() as connection:
        with connection.begin():
            require_record(connection)
            meta = select(schema.meta.c.value).where(schema.meta.c.name == "epoch")
            signer = Signer(str(connection.scalar(meta)), public_hex(key))
            chains = [PLATFORM, *(one for one in chains_of(connection) if one != PLATFORM)]
            if wanted.room not in (None, *chains):
                raise Coded(Code.NOT_FOUND, f"There is no room {wanted.room}.")
            total = connection.scalar(_total_of(wanted)) or 0
        bundle = _Bundle(sink, signer, wanted, made_ms, partial(_tell, on_step, total))
        for chain in chains:
            if wanted.room in (None, chain) or chain == PLATFORM:
                with connection.begin():
                    bundle.add_chain(connection, chain)
    return bundle.finish(key)


def _tell(on_step: OnStep, total: int, done: int) -> None:
    # Entries that come in meanwhile make it more than was thought.
    on_step(done, max(done, total))


def _total_of(wanted: Period) -> AnySelect:
    entry = schema.entry.c
    counted = select(func.count()).where(entry.at_ms >= wanted.from_ms, entry.at_ms < wanted.to_ms)
    return (
        counted if wanted.room is None else counted.where(entry.chain.in_((wanted.room, PLATFORM)))
    )


class _Bundle:
    """One bundle in the making."""

    def __init__(
        self,
        sink: _Folder | _Zip,
        signer: Signer,
        wanted: Period,
        made_ms: Millis,
        on_step: Callable[[int], None],
    ) -> None:
        self._sink, self._signer, self._on_step = sink, signer, on_step
        self._room = wanted.room
        self._files: list[dict[str, object]] = []
        self._done = 0
        self._contents = Contents(
            wanted.from_ms, wanted.to_ms, wanted.room, made_ms, signer.epoch, signer.key
        )

    def add_chain(self, connection: Connection, chain: RoomId) -> None:
        """Add what the period has of one chain; nothing if that is nothing."""
        contents = self._contents
        found = written_between(connection, chain, contents.from_ms, contents.to_ms)
        if found is None:
            return
        first, last = found
        name = f"chains/{chain}.chain.jsonl"
        span = _span_of(connection, chain, first, last)
        self._add(name, self._chunks(connection, ChainCopy(self._signer, chain, span, self._seen)))
        contents.parts.append(ChainPart(chain, name, first, last))

    def finish(self, key: Ed25519PrivateKey) -> Made:
        """Add the index, the program that checks it all, and the signed manifest."""
        self._add("index.html", iter([bundle_page(self._contents).encode()]))
        self._add("verify.py", iter([Path(verifier.__file__).read_bytes()]))
        contents = self._contents
        said: dict[str, object] = {
            "format": BUNDLE_FORMAT,
            "epoch": contents.epoch,
            "key": contents.key,
            "from_ms": contents.from_ms,
            "to_ms": contents.to_ms,
            "room": contents.room,
            "made_ms": contents.made_ms,
            "entries": self._done,
            "withheld": contents.withheld_count,
            "chains": [asdict(part) for part in contents.parts],
            "files": self._files,
        }
        manifest = orjson.dumps(said, option=orjson.OPT_INDENT_2)
        signature = key.sign(_SIGNED_AS + manifest).hex().encode()
        for name, content in (("manifest.json", manifest), ("manifest.sig", signature)):
            with self._sink.open(name) as file:
                file.write(content)
        return Made(hashlib.sha256(manifest).hexdigest(), self._done)

    def _add(self, name: str, chunks: Iterator[bytes]) -> None:
        hashed, size = hashlib.sha256(), 0
        with self._sink.open(name) as file:
            for chunk in chunks:
                file.write(chunk)
                hashed.update(chunk)
                size += len(chunk)
        self._files.append({"name": name, "bytes": size, "sha256": hashed.hexdigest()})

    def _chunks(self, connection: Connection, copy: ChainCopy) -> Iterator[bytes]:
        yield copy.begin
        while chunk := copy.next(connection):
            yield chunk
            self._on_step(self._done)

    def _seen(self, row: AnyRow) -> Seen:
        """What a bundle opens of a row, and counts."""
        contents = self._contents
        # A clock may have been set back: not all between the first and the last is of the period.
        is_within = contents.from_ms <= row.at_ms < contents.to_ms
        if not is_within or not self._is_about_room(row):
            return CLOSED
        self._done += 1
        contents.kinds[row.kind] += 1
        contents.days[row.at_ms // DAY_MS, row.kind] += 1
        if row.kind == room_codec.Recalled.kind():
            contents.categories[_category_of(row)] += 1
        if row.kind in OPEN_SEALED:
            return _ALL
        contents.withheld_count += row.sealed_salt is not None
        return _OPEN

    def _is_about_room(self, row: AnyRow) -> bool:
        """Whether a row belongs to the wanted room; of the platform's, if its header names it."""
        if self._room is None or row.chain == self._room:
            return True
        return any(f'"{name}":"{self._room}"'.encode() in row.header for name in ("room", "scope"))


_ALL, _OPEN = (
    Seen(header=True, parts=(Part.OPEN, Part.SEALED)),
    Seen(header=True, parts=(Part.OPEN,)),
)


def _category_of(row: AnyRow) -> str:
    about = header_of(row.header).about
    return str(getattr(about, "category", None) or getattr(about, "by", ""))


def _span_of(connection: Connection, chain: RoomId, first: Seq, last: Seq) -> Span:
    """From `first` to the next signed head, which vouches for `last`; to `last` if none does."""
    head, entry = schema.head.c, schema.entry.c
    vouching = select(func.min(head.seq)).where(head.chain == chain, head.seq >= last)
    upto = connection.scalar(vouching) or last
    link = select(entry.link).where(entry.chain == chain)
    before = GENESIS if first == 1 else connection.scalar(link.where(entry.seq == first - 1))
    end = connection.scalar(link.where(entry.seq == upto))
    return Span(Seq(first - 1), before or GENESIS, upto, upto, end or b"")


class Bundles:
    """`house.Bundles`: bundles on behalf of a server, one at a time.

    Args:
        settings: Where its record lies.
        clock: When they are made.
    """

    def __init__(self, settings: StoreSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._making = asyncio.Lock()

    async def make(self, period: Period, to: Path) -> Made:
        """As `house.Bundles.make`."""
        if self._making.locked():
            raise Overloaded
        async with self._making:
            work = partial(make_bundle, made_ms=self._clock(), on_step=_tell_nobody)
            return await asyncio.to_thread(work, self._settings, period, to)


def _tell_nobody(_done: int, _total: int) -> None:
    """Nobody waits at a progress bar."""
