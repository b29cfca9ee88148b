"""A built screen as bytes, and back: built in a helper process, loaded in milliseconds.

The bytes begin with a format and a checksum, so half a file is told from a whole one, and carry the
version of the tables they were built with: patterns of other tables would look for other letters.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from danmaku.filter.automaton import Charwise, Matcher, matcher_of
from danmaku.filter.envelope import content_of, enclosed
from danmaku.filter.lexicon import Lexicon, Variants, keys_of
from danmaku.filter.rules import Ruleset
from danmaku.filter.screen import Screen
from danmaku.filter.tables import tables

FORMAT: Final = b"danmaku-rules-1\n"


class PackError(ValueError):
    """These bytes are no rule set that can be loaded here."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """What is written.

    Attributes:
        matcher: The big automaton; empty if the list is small and is quicker built anew.
        sounds: The same for syllables.
    """

    tables: str
    ruleset: Ruleset
    variants: Variants
    matcher: bytes
    sounds: bytes
    sound_keys: tuple[str, ...]


def pack(screen: Screen) -> bytes:
    """Write a screen down."""
    lexicon = screen.lexicon
    packed = _Packed(
        tables=tables().version,
        ruleset=screen.ruleset,
        variants=lexicon.variants,
        matcher=_bytes_of(lexicon.matcher),
        sounds=_bytes_of(lexicon.sounds),
        sound_keys=() if isinstance(lexicon.sounds, Charwise) else lexicon.sound_keys,
    )
    return enclosed(FORMAT, msgspec.msgpack.encode(packed))


def unpack(packed: bytes) -> Screen:
    """Load what `pack` wrote.

    Raises:
        PackError: It is damaged, of another format, or was built with other tables.
    """
    body = content_of(FORMAT, packed)
    if body is None:
        raise PackError("not a built rule set, or not a whole one; build it anew")
    read = msgspec.msgpack.decode(body, type=_Packed)
    if read.tables != tables().version:
        raise PackError("built with other tables; build it anew")
    if read.matcher:
        matcher: Matcher = Charwise.unpacked(read.matcher)
    else:
        matcher = matcher_of(keys_of(read.ruleset, read.variants))
    if read.sounds:
        sounds: Matcher | None = Charwise.unpacked(read.sounds)
    else:
        sounds = matcher_of(read.sound_keys) if read.sound_keys else None
    lexicon = Lexicon(read.ruleset, read.variants, matcher, sounds, read.sound_keys)
    return Screen(read.ruleset, lexicon)


def _bytes_of(matcher: Matcher | None) -> bytes:
    return matcher.packed() if isinstance(matcher, Charwise) else b""
