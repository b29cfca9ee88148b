"""Copies of chains, as `verifier.py` and anybody else reads them: one JSON object a line.

    {"format": ..., "chain": ..., "epoch": ..., "key": ..., "after": 0, "link": ...}   the beginning
    {"seq": 1, "leaf": ..., "link": ...}                                  an entry that stays closed
    {"seq": 2, "leaf": ..., "link": ..., "header": ..., "salt": ..., "open": [salt, content]}
    {"head": 2, "link": ..., "signature": ..., "at_ms": ...}             vouches for all before it
    {"end": 2, "link": ...}                                              where the chain stood

Digests, salts, keys and signatures are hexadecimal; headers and contents are the very text that was
digested. A file of heads begins alike and has one line a chain.
"""

from dataclasses import dataclass

import orjson

from danmaku.domain.ids import Millis, RoomId, Seq

CHAIN_FORMAT = "danmaku-chain-1"
HEADS_FORMAT = "danmaku-heads-1"
BUNDLE_FORMAT = "danmaku-bundle-1"


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose signatures a copy bears."""

    epoch: str
    key: str  # public, hexadecimal


@dataclass(frozen=True, slots=True)
class Opened:
    """Something that a digest was made of."""

    salt: bytes
    content: bytes


def chain_line(signer: Signer, chain: RoomId, *, after: Seq, link: bytes) -> bytes:
    """How the copy of a chain begins; `link` is that of the entry `after`."""
    place = {"chain": chain, "after": after, "link": link.hex()}
    return _line({"format": CHAIN_FORMAT, "epoch": signer.epoch, "key": signer.key} | place)


def entry_line(
    seq: Seq,
    leaf: bytes,
    link: bytes,
    *,
    header: Opened | None = None,
    bodies: dict[str, Opened] | None = None,
) -> bytes:
    """One entry, and of what is inside as much as the reader may see."""
    fields: dict[str, object] = {"seq": seq, "leaf": leaf.hex(), "link": link.hex()}
    if header is not None:
        fields |= {"header": _text(header.content), "salt": header.salt.hex()}
    for part, body in (bodies or {}).items():
        fields[part] = (body.salt.hex(), _text(body.content))
    return _line(fields)


def head_line(seq: Seq, link: bytes, signature: bytes, at_ms: Millis) -> bytes:
    """A signed head within the copy of its chain."""
    return _line({"head": seq} | _vouched(link, signature, at_ms))


def end_line(seq: Seq, link: bytes) -> bytes:
    """How the copy of a chain ends."""
    return _line({"end": seq, "link": link.hex()})


def heads_line(signer: Signer) -> bytes:
    """How a file of heads begins."""
    return _line({"format": HEADS_FORMAT, "epoch": signer.epoch, "key": signer.key})


def newest_line(chain: RoomId, seq: Seq, link: bytes, signature: bytes, at_ms: Millis) -> bytes:
    """The newest head of one chain, in a file of heads."""
    return _line({"chain": chain, "seq": seq} | _vouched(link, signature, at_ms))


def _vouched(link: bytes, signature: bytes, at_ms: Millis) -> dict[str, object]:
    return {"link": link.hex(), "signature": signature.hex(), "at_ms": at_ms}


def _text(content: bytes) -> str:
    # What somebody has broken is still given away, and does not fit its digest any more.
    return content.decode(errors="replace")


def _line(fields: dict[str, object]) -> bytes:
    return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)
