"""How entries are bound to each other, and how a chain's head is signed.

    body digest = SHA-256(salt, body)
    leaf        = SHA-256(leaf salt, header)
    link        = SHA-256(previous link, leaf)

Salts are `SALT_BYTES` random bytes. A digest without its salt says nothing about what it was made
of, so a body may be destroyed, with its salt, while the chain goes on to verify.
"""

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from danmaku.domain.ids import RoomId, Seq
from danmaku.store.codec import canonical

SALT_BYTES = 32
GENESIS = bytes(32)  # the link before the first entry


def digest_of(salt: bytes, content: bytes) -> bytes:
    """Digest of a body, and leaf of a header."""
    return sha256(salt + content).digest()


def link_of(previous: bytes, leaf: bytes) -> bytes:
    """The link of the entry whose leaf is `leaf`."""
    return sha256(previous + leaf).digest()


def sign_head(key: Ed25519PrivateKey, *, epoch: str, chain: RoomId, seq: Seq, link: bytes) -> bytes:
    """Vouch that entry `seq` of `chain` has `link`, and so for everything before it."""
    return key.sign(_head(epoch, chain, seq, link))


def is_signed(
    key: Ed25519PublicKey, signature: bytes, *, epoch: str, chain: RoomId, seq: Seq, link: bytes
) -> bool:
    """Whether `signature` vouches for just this head."""
    try:
        key.verify(signature, _head(epoch, chain, seq, link))
    except InvalidSignature:
        return False
    return True


def _head(epoch: str, chain: RoomId, seq: Seq, link: bytes) -> bytes:
    return canonical({"chain": chain, "epoch": epoch, "link": link.hex(), "seq": seq})
