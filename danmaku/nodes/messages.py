"""What nodes tell each other, as bytes.

Entries of rooms travel so that another node can apply and show them without reading the record:
what is public, and of what is private only that it happened and whose it was. Sealed bodies, texts
as they were before masking, client ids, passwords and tokens never travel. Entries of the
platform's chain and rooms' own words do not travel at all: `Committed` says that they are there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import msgspec

from danmaku.domain.comment import Comment, Content, Style
from danmaku.domain.facts import (
    CommentHeld,
    CommentLiked,
    CommentPublished,
    CommentRecalled,
    CommentRefused,
    CommentRestored,
    Entry,
    Hit,
    RoomChanged,
    RoomOpened,
    RoomWordsSet,
    Verdict,
)
from danmaku.domain.ids import PLATFORM, AccountId, ClientId, Millis, Number, RoomId, Seq
from danmaku.domain.live import cluster_in
from danmaku.domain.room import RoomState
from danmaku.domain.views import bare

VERSION = 1  # of all that stands here; a node ignores what it cannot read
RUN_ENTRIES_MAX = 128  # in one message

_SEALED = Verdict(ruleset="", action="", category=None, micros=0)
_NOTHING = Content(text="", style=Style(), position_ms=0, name="")


class _Room(msgspec.Struct, array_like=True, frozen=True, tag="r"):
    seq: Seq
    at_ms: Millis
    actor: AccountId | None
    owner: AccountId | None
    state: RoomState
    is_new: bool


class _Published(msgspec.Struct, array_like=True, frozen=True, tag="p"):
    seq: Seq
    at_ms: Millis
    actor: AccountId | None
    author: AccountId
    comment: Comment


class _Private(msgspec.Struct, array_like=True, frozen=True, tag="x"):
    seq: Seq
    at_ms: Millis
    author: AccountId
    origin: Seq | None
    sent_ms: Millis
    is_held: bool
    cluster: str | None = None  # of a campaign: what it is called


class _Turned(msgspec.Struct, array_like=True, frozen=True, tag="t"):
    seq: Seq
    at_ms: Millis
    actor: AccountId
    author: AccountId | None
    comment: Comment
    is_recall: bool


class _Liked(msgspec.Struct, array_like=True, frozen=True, tag="l"):
    seq: Seq
    at_ms: Millis
    actor: AccountId
    number: Number
    stands: bool
    likes: int


_Packed = _Room | _Published | _Private | _Turned | _Liked


class Committed(msgspec.Struct, array_like=True, frozen=True, tag="c"):
    """Entries (after, upto] of a chain are recorded.

    `packed` are those, or none: only who follows the chain opens it.
    """

    chain: RoomId
    after: Seq
    upto: Seq
    packed: bytes = b""


class Present(msgspec.Struct, array_like=True, frozen=True, tag="v"):
    """How many viewers the sender has in some rooms."""

    counts: dict[RoomId, int]


class SessionsEnded(msgspec.Struct, array_like=True, frozen=True, tag="s"):
    """Some sessions of an account have ended."""

    account: AccountId


class Recalled(msgspec.Struct, array_like=True, frozen=True, tag="k"):
    """A recall is recorded: whoever hears of it shall apply it and say so."""

    chain: RoomId
    seq: Seq


class Applied(msgspec.Struct, array_like=True, frozen=True, tag="a"):
    """The sender shows nothing any more of what `Recalled` named."""

    chain: RoomId
    seq: Seq


Said = Committed | Present | SessionsEnded | Recalled | Applied


class Message(msgspec.Struct, array_like=True, frozen=True):
    """One message: who says what, about which life of which record."""

    version: int
    epoch: str
    node: str
    said: Said


class ForeignError(ValueError):
    """A message of another version or another record, or none at all."""


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Message)
_ENTRIES = msgspec.msgpack.Decoder(tuple[_Packed, ...])


def encode(epoch: str, node: str, said: Said) -> bytes:
    """Write a message down."""
    return _ENCODER.encode(Message(VERSION, epoch, node, said))


def opening(epoch: str, node: str) -> bytes:
    """How every message of a node begins: its own are told from others without reading them."""
    said = SessionsEnded(AccountId(0))
    return encode(epoch, node, said).removesuffix(_ENCODER.encode(said))


def decode(raw: bytes, epoch: str) -> Message:
    """Read a message.

    Raises:
        ForeignError: It is of another version or another record, or damaged.
    """
    try:
        message = _DECODER.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ForeignError from error
    if message.version != VERSION or message.epoch != epoch:
        raise ForeignError
    return message


def committed(entries: Sequence[Entry]) -> Iterator[Committed]:
    """What to say of entries that were just recorded, in their order: runs without holes."""
    for chain, of_chain in groupby(entries, key=lambda entry: entry.chain):
        for run in _runs(of_chain):
            packed = b""
            if _travels(run[0]):
                packed = _ENCODER.encode([_packed(entry) for entry in run])
            yield Committed(chain, Seq(run[0].seq - 1), run[-1].seq, packed)


def _travels(entry: Entry) -> bool:
    return entry.chain != PLATFORM and not isinstance(entry.fact, RoomWordsSet)


def _runs(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    run: list[Entry] = []
    for entry in entries:
        if run and (
            entry.seq != run[-1].seq + 1
            or len(run) == RUN_ENTRIES_MAX
            or _travels(entry) != _travels(run[0])
        ):
            yield run
            run = []
        run.append(entry)
    yield run


def entries_of(said: Committed) -> list[Entry]:
    """The entries that came with it, as far as everybody may know them.

    Raises:
        ForeignError: They are none.
    """
    if not said.packed:
        return []
    try:
        return [_unpacked(said.chain, packed) for packed in _ENTRIES.decode(said.packed)]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ForeignError from error


def _packed(entry: Entry) -> _Packed:
    fact, comment = entry.fact, entry.comment
    match fact:
        case RoomOpened() | RoomChanged():
            is_new = isinstance(fact, RoomOpened)
            owner = fact.owner if isinstance(fact, RoomOpened) else None
            return _Room(entry.seq, entry.at_ms, fact.actor, owner, fact.state, is_new=is_new)
        case CommentPublished() if comment is not None:
            return _Published(entry.seq, entry.at_ms, fact.actor, fact.author, comment)
        case CommentHeld():
            cluster = cluster_in(fact.verdict)
            sent = (fact.author, fact.origin, fact.at_ms)
            return _Private(entry.seq, entry.at_ms, *sent, is_held=True, cluster=cluster)
        case CommentRefused():
            sent_ms, origin = fact.at_ms, fact.origin
            return _Private(entry.seq, entry.at_ms, fact.author, origin, sent_ms, is_held=False)
        case CommentRecalled() | CommentRestored() if comment is not None:
            is_recall = isinstance(fact, CommentRecalled)
            shown = bare(comment) if is_recall else comment
            return _Turned(
                entry.seq, entry.at_ms, fact.actor, entry.account, shown, is_recall=is_recall
            )
        case _:
            return _packed_like(entry)


def _packed_like(entry: Entry) -> _Packed:
    fact = entry.fact
    if not isinstance(fact, CommentLiked):
        raise TypeError(f"{type(fact).__name__} does not travel.")
    said = (fact.actor, fact.number, fact.stands, fact.likes)
    return _Liked(entry.seq, entry.at_ms, *said)


def _unpacked(chain: RoomId, packed: _Packed) -> Entry:
    match packed:
        case _Room():
            return _of_room(chain, packed)
        case _Published():
            return _of_publication(chain, packed)
        case _Private():
            return _of_private(chain, packed)
        case _Turned():
            return _of_turn(chain, packed)
        case _Liked():
            said = CommentLiked(packed.actor, packed.number, packed.stands, packed.likes)
            return Entry(chain, packed.seq, packed.at_ms, said)


def _of_room(chain: RoomId, packed: _Room) -> Entry:
    if packed.is_new:
        opened = RoomOpened(packed.actor, packed.owner, packed.state)
        return Entry(chain, packed.seq, packed.at_ms, opened)
    return Entry(chain, packed.seq, packed.at_ms, RoomChanged(packed.actor, packed.state))


def _of_publication(chain: RoomId, packed: _Published) -> Entry:
    comment = packed.comment
    fact = CommentPublished(
        actor=packed.actor,
        author=packed.author,
        client_id=ClientId(""),
        at_ms=comment.at_ms,
        content=comment.content or _NOTHING,
        verdict=_SEALED,
        origin=None if comment.origin == packed.seq else comment.origin,
        late=comment.late,
        imported=comment.imported,
    )
    return Entry(chain, packed.seq, packed.at_ms, fact, comment, packed.author)


def _of_private(chain: RoomId, packed: _Private) -> Entry:
    held = CommentHeld(
        author=packed.author,
        client_id=ClientId(""),
        at_ms=packed.sent_ms,
        content=_NOTHING,
        verdict=_SEALED if packed.cluster is None else _of_cluster(packed.cluster),
        category="",
        origin=packed.origin,
    )
    if packed.is_held:
        return Entry(chain, packed.seq, packed.at_ms, held, account=packed.author)
    refused = CommentRefused(
        actor=None,
        author=packed.author,
        client_id=ClientId(""),
        at_ms=packed.sent_ms,
        content=_NOTHING,
        verdict=_SEALED,
        category="",
        origin=packed.origin,
    )
    return Entry(chain, packed.seq, packed.at_ms, refused, account=packed.author)


def _of_cluster(name: str) -> Verdict:
    return replace(_SEALED, hits=(Hit(name, "", "", 0, 0),))


def _of_turn(chain: RoomId, packed: _Turned) -> Entry:
    comment = packed.comment
    number = comment.number
    if number is None:
        raise ForeignError
    fact: CommentRecalled | CommentRestored
    if packed.is_recall:
        if comment.by is None:
            raise ForeignError
        fact = CommentRecalled(packed.actor, number, comment.by, comment.category)
    else:
        fact = CommentRestored(packed.actor, number)
    return Entry(chain, packed.seq, packed.at_ms, fact, comment, packed.author)
