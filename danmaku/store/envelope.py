"""The keys of the vault: a master key in a file of its own, and those that it wraps.

The master key lies outside the database and wraps two keys within it: one seals, one makes
fingerprints. The second outlives every rotation, for fingerprints of people whose identity is no
longer kept could not be made again. A copy of the database without the file tells nothing.
"""

import base64
import binascii
import hmac
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from danmaku.errors import Broken
from danmaku.store.disk import sync_directory

KEY_BYTES = 32
NONCE_BYTES = 12  # drawn for each sealing; one key seals far fewer than 2**32 times
ID_BYTES = 4


@dataclass(frozen=True, slots=True, repr=False)
class MasterKey:
    """A line of the key file. Its id is no secret."""

    key_id: str
    secret: bytes

    @classmethod
    def fresh(cls) -> Self:
        """A new one."""
        return cls(os.urandom(ID_BYTES).hex(), os.urandom(KEY_BYTES))


@dataclass(frozen=True, slots=True, repr=False)
class Envelope:
    """The unwrapped keys; lives in memory alone."""

    seal_key: bytes
    fingerprint_key: bytes

    @classmethod
    def fresh(cls) -> Self:
        """The keys of a new vault."""
        return cls(os.urandom(KEY_BYTES), os.urandom(KEY_BYTES))

    @classmethod
    def unwrapped(cls, wrapped: bytes, master: MasterKey) -> Self:
        """The keys that were wrapped with that master key.

        Raises:
            Broken: It was another one.
        """
        keys = opened(master.secret, wrapped, purpose="keys")
        return cls(keys[:KEY_BYTES], keys[KEY_BYTES:])

    def wrapped(self, master: MasterKey) -> bytes:
        """Both keys, sealed with a master key."""
        return sealed(master.secret, self.seal_key + self.fingerprint_key, purpose="keys")

    def rotated(self) -> "Envelope":
        """With another key to seal, and the same one to make fingerprints."""
        return Envelope(os.urandom(KEY_BYTES), self.fingerprint_key)

    def fingerprint(self, mark: str) -> bytes:
        """What two equal marks have in common, and nobody can find without the key."""
        return hmac.digest(self.fingerprint_key, mark.encode(), "sha256")


def sealed(key: bytes, content: bytes, *, purpose: str) -> bytes:
    """Seal a content with AES-256-GCM; it opens again for that purpose alone."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, purpose.encode())


def opened(key: bytes, blob: bytes, *, purpose: str) -> bytes:
    """What was sealed.

    Raises:
        Broken: With another key, for another purpose; or it was changed.
    """
    try:
        return AESGCM(key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError):
        raise Broken("The vault does not open: this is not its key, or it was changed.") from None


def master_keys(path: Path) -> list[MasterKey]:
    """The keys of a file, the one in use first; none if there is no file.

    Raises:
        Broken: The file holds something else, or cannot be read.
    """
    try:
        lines = path.read_text(encoding="ascii").split("\n")
        return [_key_of(line) for line in lines if line]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, binascii.Error) as error:
        raise Broken(f"{path} holds no keys of a vault.") from error


def _key_of(line: str) -> MasterKey:
    key_id, _, secret = line.partition(" ")
    key = base64.b64decode(secret, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError(line[:8])
    return MasterKey(key_id, key)


def write_master_keys(path: Path, keys: list[MasterKey]) -> None:
    """Replace the file whole, readable by its owner alone; a crash leaves the old or the new."""
    text = "".join(f"{key.key_id} {base64.b64encode(key.secret).decode()}\n" for key in keys)
    aside = path.with_name(f"{path.name}.new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_directory(path.parent)
