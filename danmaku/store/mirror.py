"""Facts whose header says what they say, name for name.

People are replaced by their random ids, and the fields that a sealed body has go there instead.
What differs otherwise has its packer and unpacker in `room_codec.py` or `platform_codec.py`.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import msgspec

from danmaku.domain.facts import PlatformFact
from danmaku.store.codec import About, NameOf, Packed, Place, Stored, name_or_none

PEOPLE = frozenset({"account", "actor", "second", "filer", "against"})
"""Names of the fields that hold an account."""

Pack = Callable[[Any, Place, NameOf], Packed]
Unpack = Callable[[Stored, Any], PlatformFact]


def mirrored(
    fact: type[Any],
    about: type[About],
    *,
    sealed: type[msgspec.Struct] | None = None,
    open_: type[msgspec.Struct] | None = None,
) -> tuple[Pack, Unpack]:
    """How a fact is packed and unpacked whose parts have its own field names.

    Args:
        fact: The kind.
        about: Its header.
        sealed: Its sealed body; every field has a default, which an erased one reads as.
        open_: Its open body; the same.
    """
    names = [each.name for each in fields(fact)]
    parts = {part: kind for part, kind in (("open", open_), ("sealed", sealed)) if kind}
    inside = {name for kind in parts.values() for name in kind.__struct_fields__}
    decoders = {part: msgspec.json.Decoder(kind) for part, kind in parts.items()}

    def pack(value: Any, _place: Place, name_of: NameOf) -> Packed:
        said = {
            name: name_or_none(getattr(value, name), name_of)
            if name in PEOPLE
            else getattr(value, name)
            for name in names
            if name not in inside
        }
        bodies = {
            part: kind(**{name: getattr(value, name) for name in kind.__struct_fields__})
            for part, kind in parts.items()
        }
        return Packed(about(**said), **bodies)

    def unpack(stored: Stored, said: Any) -> PlatformFact:
        values = {
            name: stored.account_of(getattr(said, name)) if name in PEOPLE else getattr(said, name)
            for name in names
            if name not in inside
        }
        for part, kind in parts.items():
            raw = getattr(stored, part)
            body = kind() if raw is None else decoders[part].decode(raw)
            values |= {name: getattr(body, name) for name in kind.__struct_fields__}
        unpacked: PlatformFact = fact(**values)
        return unpacked

    return pack, unpack
