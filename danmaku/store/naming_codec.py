"""What became of names, divided into header and sealed body: the words stand in the latter."""

import msgspec

from danmaku.domain.facts import NameJudged, Verdict
from danmaku.domain.ids import Pseudonym, RoomId, Seq
from danmaku.domain.naming import NameState, Surface
from danmaku.store.codec import ERASED_VERDICT, About
from danmaku.store.mirror import mirrored


class SealedName(msgspec.Struct, frozen=True, kw_only=True):
    """The name as it was given, what is shown in its place, and why."""

    text: str = ""
    shown: str = ""
    category: str | None = None
    verdict: Verdict = ERASED_VERDICT
    note: str = ""


class Named(About, frozen=True, kw_only=True, omit_defaults=True, tag="name_judged"):
    """Header of `NameJudged`."""

    surface: Surface
    state: NameState
    account: Pseudonym | None = None
    room: RoomId | None = None
    actor: Pseudonym | None = None
    decides: Seq | None = None

    @property
    def is_void(self) -> bool:
        """As `NameJudged.is_void`."""
        return self.state is NameState.REFUSED and self.actor is None


_pack, _unpack = mirrored(NameJudged, Named, sealed=SealedName)

PACKERS = {NameJudged: _pack}
UNPACKERS = {Named: _unpack}
_SEALED = msgspec.json.Decoder(SealedName)


def shown_in(raw: bytes) -> str:
    """What a sealed body says is shown."""
    return _SEALED.decode(raw).shown
