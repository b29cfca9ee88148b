"""The facts of a room's chain, divided into header, open and sealed body."""

from collections.abc import Callable
from typing import Any

import msgspec

from danmaku.domain.comment import RecalledBy
from danmaku.domain.facts import (
    CommentHeld,
    CommentLiked,
    CommentPublished,
    CommentRecalled,
    CommentRefused,
    CommentRestored,
    RoomChanged,
    RoomFact,
    RoomOpened,
    RoomWordsSet,
)
from danmaku.domain.ids import Millis, Number, Pseudonym, Seq
from danmaku.domain.room import RoomState
from danmaku.domain.room_words import RoomWords
from danmaku.store.bodies import Part
from danmaku.store.codec import (
    About,
    NameOf,
    Packed,
    Place,
    SealedJudgement,
    SealedPublication,
    Stored,
    content_of,
    empty_content,
    judgement_of,
    name_or_none,
    publication_of,
)

_STATE = msgspec.json.Decoder(RoomState)
_WORDS = msgspec.json.Decoder(RoomWords)


def state_of(raw: bytes) -> RoomState:
    """A room's state, as `canonical` wrote it."""
    return _STATE.decode(raw)


def words_of(raw: bytes | None) -> RoomWords:
    """A room's own words, as `canonical` wrote them; erased, they read as none."""
    return RoomWords() if raw is None else _WORDS.decode(raw)


class Opened(About, frozen=True, kw_only=True, omit_defaults=True, tag="room_opened"):
    """Header of `RoomOpened`."""

    actor: Pseudonym | None = None
    owner: Pseudonym | None = None


class Changed(About, frozen=True, kw_only=True, omit_defaults=True, tag="room_changed"):
    """Header of `RoomChanged`."""

    actor: Pseudonym | None = None


class WordsSet(About, frozen=True, kw_only=True, omit_defaults=True, tag="room_words_set"):
    """Header of `RoomWordsSet`."""

    actor: Pseudonym | None = None


class Judged(About, frozen=True, kw_only=True, omit_defaults=True):
    """What the headers of all judgements on a comment say."""

    author: Pseudonym
    origin: Seq
    received_ms: Millis  # when the comment came in; the header's own time is the record's
    position_ms: int


class Published(Judged, frozen=True, kw_only=True, omit_defaults=True, tag="comment_published"):
    """Header of `CommentPublished`."""

    number: Number
    actor: Pseudonym | None = None
    late: bool = False
    imported: bool = False
    was_refused: bool = False
    appeal: str | None = None


class WasHeld(Judged, frozen=True, kw_only=True, omit_defaults=True, tag="comment_held"):
    """Header of `CommentHeld`."""


class WasRefused(Judged, frozen=True, kw_only=True, omit_defaults=True, tag="comment_refused"):
    """Header of `CommentRefused`."""

    actor: Pseudonym | None = None


class Recalled(About, frozen=True, kw_only=True, omit_defaults=True, tag="comment_recalled"):
    """Header of `CommentRecalled`."""

    actor: Pseudonym
    origin: Seq
    number: Number
    by: RecalledBy
    category: str | None = None


class Restored(About, frozen=True, kw_only=True, omit_defaults=True, tag="comment_restored"):
    """Header of `CommentRestored`."""

    actor: Pseudonym
    origin: Seq
    number: Number


class Liked(About, frozen=True, kw_only=True, omit_defaults=True, tag="comment_liked"):
    """Header of `CommentLiked`."""

    actor: Pseudonym
    origin: Seq
    number: Number
    likes: int
    stands: bool = True


RoomAbout = (
    Opened | Changed | WordsSet | Published | WasHeld | WasRefused | Recalled | Restored | Liked
)


def _pack_opened(fact: RoomOpened, _place: Place, name_of: NameOf) -> Packed:
    about = Opened(actor=name_or_none(fact.actor, name_of), owner=name_or_none(fact.owner, name_of))
    return Packed(about, open=fact.state)


def _pack_changed(fact: RoomChanged, _place: Place, name_of: NameOf) -> Packed:
    return Packed(Changed(actor=name_or_none(fact.actor, name_of)), open=fact.state)


def _pack_words(fact: RoomWordsSet, _place: Place, name_of: NameOf) -> Packed:
    return Packed(WordsSet(actor=name_or_none(fact.actor, name_of)), sealed=fact.words)


def _pack_published(fact: CommentPublished, place: Place, name_of: NameOf) -> Packed:
    about = Published(
        actor=name_or_none(fact.actor, name_of),
        author=name_of(fact.author),
        origin=place.origin,
        number=place.number,
        received_ms=fact.at_ms,
        position_ms=fact.content.position_ms,
        late=fact.late,
        imported=fact.imported,
        was_refused=fact.was_refused,
        appeal=fact.appeal,
    )
    sealed = SealedPublication(client_id=fact.client_id, verdict=fact.verdict)
    return Packed(about, open=fact.content, sealed=sealed)


def _judgement(fact: CommentHeld | CommentRefused) -> SealedJudgement:
    return SealedJudgement(
        category=fact.category,
        client_id=fact.client_id,
        content=fact.content,
        verdict=fact.verdict,
    )


def _pack_held(fact: CommentHeld, place: Place, name_of: NameOf) -> Packed:
    about = WasHeld(
        author=name_of(fact.author),
        origin=place.origin,
        received_ms=fact.at_ms,
        position_ms=fact.content.position_ms,
    )
    return Packed(about, sealed=_judgement(fact))


def _pack_refused(fact: CommentRefused, place: Place, name_of: NameOf) -> Packed:
    about = WasRefused(
        actor=name_or_none(fact.actor, name_of),
        author=name_of(fact.author),
        origin=place.origin,
        received_ms=fact.at_ms,
        position_ms=fact.content.position_ms,
    )
    return Packed(about, sealed=_judgement(fact))


def _pack_recalled(fact: CommentRecalled, place: Place, name_of: NameOf) -> Packed:
    about = Recalled(
        actor=name_of(fact.actor),
        origin=place.origin,
        number=fact.number,
        by=fact.by,
        category=fact.category,
    )
    return Packed(about)


def _pack_restored(fact: CommentRestored, place: Place, name_of: NameOf) -> Packed:
    about = Restored(actor=name_of(fact.actor), origin=place.origin, number=fact.number)
    return Packed(about)


def _pack_liked(fact: CommentLiked, place: Place, name_of: NameOf) -> Packed:
    about = Liked(
        actor=name_of(fact.actor),
        origin=place.origin,
        number=fact.number,
        likes=fact.likes,
        stands=fact.stands,
    )
    return Packed(about)


PACKERS: dict[type, Callable[[Any, Place, NameOf], Packed]] = {
    RoomOpened: _pack_opened,
    RoomChanged: _pack_changed,
    RoomWordsSet: _pack_words,
    CommentPublished: _pack_published,
    CommentHeld: _pack_held,
    CommentRefused: _pack_refused,
    CommentRecalled: _pack_recalled,
    CommentRestored: _pack_restored,
    CommentLiked: _pack_liked,
}


def _opened(stored: Stored, about: Opened) -> RoomOpened:
    return RoomOpened(
        actor=stored.account_of(about.actor),
        owner=stored.account_of(about.owner),
        state=state_of(stored.open or b""),
    )


def _changed(stored: Stored, about: Changed) -> RoomChanged:
    return RoomChanged(actor=stored.account_of(about.actor), state=state_of(stored.open or b""))


def _words(stored: Stored, about: WordsSet) -> RoomWordsSet:
    return RoomWordsSet(actor=stored.account_of(about.actor), words=words_of(stored.sealed))


def _published(stored: Stored, about: Published) -> CommentPublished:
    sealed = publication_of(stored.sealed)
    return CommentPublished(
        actor=stored.account_of(about.actor),
        author=stored.accounts[about.author],
        client_id=sealed.client_id,
        at_ms=about.received_ms,
        content=content_of(Part.OPEN, stored.open) or empty_content(about.position_ms),
        verdict=sealed.verdict,
        origin=_earlier(stored, about),
        late=about.late,
        imported=about.imported,
        was_refused=about.was_refused,
        appeal=about.appeal,
    )


def _held(stored: Stored, about: WasHeld) -> CommentHeld:
    sealed = judgement_of(stored.sealed, about.position_ms)
    return CommentHeld(
        author=stored.accounts[about.author],
        client_id=sealed.client_id,
        at_ms=about.received_ms,
        content=sealed.content,
        verdict=sealed.verdict,
        category=sealed.category,
        origin=_earlier(stored, about),
    )


def _refused(stored: Stored, about: WasRefused) -> CommentRefused:
    sealed = judgement_of(stored.sealed, about.position_ms)
    return CommentRefused(
        actor=stored.account_of(about.actor),
        author=stored.accounts[about.author],
        client_id=sealed.client_id,
        at_ms=about.received_ms,
        content=sealed.content,
        verdict=sealed.verdict,
        category=sealed.category,
        origin=_earlier(stored, about),
    )


def _earlier(stored: Stored, about: Judged) -> Seq | None:
    return None if about.origin == stored.seq else about.origin


def _recalled(stored: Stored, about: Recalled) -> CommentRecalled:
    return CommentRecalled(
        actor=stored.accounts[about.actor],
        number=about.number,
        by=about.by,
        category=about.category,
    )


def _restored(stored: Stored, about: Restored) -> CommentRestored:
    return CommentRestored(actor=stored.accounts[about.actor], number=about.number)


def _liked(stored: Stored, about: Liked) -> CommentLiked:
    return CommentLiked(
        actor=stored.accounts[about.actor],
        number=about.number,
        stands=about.stands,
        likes=about.likes,
    )


UNPACKERS: dict[type[About], Callable[[Stored, Any], RoomFact]] = {
    Opened: _opened,
    Changed: _changed,
    WordsSet: _words,
    Published: _published,
    WasHeld: _held,
    WasRefused: _refused,
    Recalled: _recalled,
    Restored: _restored,
    Liked: _liked,
}
