"""What is drawn by lot, public ids and secrets; and what is kept of a secret."""

import base64
import secrets
from hashlib import sha256


def digest_of(secret: str) -> bytes:
    """What is kept of a secret. The secrets are 256 random bits: one hash is enough."""
    return sha256(secret.encode()).digest()


def new_secret() -> str:
    """A fresh secret of 256 bits; it leaves the house once, to its owner."""
    return secrets.token_urlsafe(32)


def new_mark() -> str:
    """Four random hexadecimal digits, for a name that means nothing."""
    return secrets.token_hex(2)


def new_id() -> str:
    """A fresh random public id: 16 characters of a-z, 2-7."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()
