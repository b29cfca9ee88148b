"""A file that only one key opens, written and read in chunks: of any size, in bounded memory.

    "danmaku-backup-1", a line feed, the id of the key (4 bytes), salt (32 bytes): the header
    chunk, chunk, ..., chunk: each of `CHUNK_BYTES`, the last of at most as many, with their tags

AES-256-GCM. Each file has a key of its own, derived from the key that was given and the whole
header; the nonce of a chunk is its place and whether it is the last. So whatever is changed, moved,
left out, cut off, added or brought from another file does not open.
"""

import os
from collections.abc import Sequence
from hashlib import sha256
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from danmaku.errors import BadMessage
from danmaku.store.envelope import ID_BYTES, KEY_BYTES, MasterKey

CHUNK_BYTES = 1 << 20

_MAGIC = b"danmaku-backup-1\n"
_SALT_BYTES = 32
_HEADER_BYTES = len(_MAGIC) + ID_BYTES + _SALT_BYTES
_TAG_BYTES = 16
_PLACE_BYTES = 11  # of a nonce; its last byte tells the last chunk from the others


class SealedWriter:
    """Seals what it is given into a file.

    Args:
        file: Where it goes, from its beginning.
        key: Opens it again.
    """

    def __init__(self, file: BinaryIO, key: MasterKey) -> None:
        header = _MAGIC + bytes.fromhex(key.key_id) + os.urandom(_SALT_BYTES)
        self._file = file
        self._digest = sha256()
        self._cipher = _cipher_of(key, header)
        self._waiting = bytearray()
        self._place = 0
        self._put(header)

    def write(self, content: bytes) -> None:
        """Take what comes next."""
        self._waiting += content
        while len(self._waiting) > CHUNK_BYTES:  # what is left may turn out to be the last
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), is_last=False)
            del self._waiting[:CHUNK_BYTES]

    def end(self) -> str:
        """Seal the last chunk; the SHA-256 of the whole file, hexadecimal."""
        self._seal(bytes(self._waiting), is_last=True)
        return self._digest.hexdigest()

    def _seal(self, chunk: bytes, *, is_last: bool) -> None:
        self._put(self._cipher.encrypt(_nonce(self._place, is_last=is_last), chunk, None))
        self._place += 1

    def _put(self, content: bytes) -> None:
        self._file.write(content)
        self._digest.update(content)


class SealedReader:
    """Opens a sealed file from its beginning to its end.

    Args:
        file: At its beginning.
        keys: One of them opens it.

    Raises:
        BadMessage: It is something else, or none of the keys is its own.
    """

    def __init__(self, file: BinaryIO, keys: Sequence[MasterKey]) -> None:
        self._file = file
        self._digest = sha256()
        header = self._take(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
            raise BadMessage("This is no backup.")
        key_id = header[len(_MAGIC) : len(_MAGIC) + ID_BYTES].hex()
        known = [key for key in keys if key.key_id == key_id]
        if not known:
            raise BadMessage(f"The backup was made with another key: {key_id}.")
        self._cipher = _cipher_of(known[0], header)
        self._place = 0
        self._following = self._take(CHUNK_BYTES + _TAG_BYTES)
        self._opened = bytearray()
        self._is_over = False

    def read(self, count: int) -> bytes:
        """The next bytes: as many as asked for, fewer only at the end.

        Raises:
            BadMessage: The file is not what was written.
        """
        while len(self._opened) < count and not self._is_over:
            self._opened += self._next()
        content = bytes(self._opened[:count])
        del self._opened[:count]
        return content

    def end(self) -> str:
        """See that nothing is left; the SHA-256 of the whole file, hexadecimal.

        Raises:
            BadMessage: Something is.
        """
        if self.read(1):
            raise BadMessage("The backup holds more than it says.")
        return self._digest.hexdigest()

    def _next(self) -> bytes:
        chunk, self._following = self._following, self._take(CHUNK_BYTES + _TAG_BYTES)
        self._is_over = not self._following
        nonce = _nonce(self._place, is_last=self._is_over)
        self._place += 1
        try:
            return self._cipher.decrypt(nonce, chunk, None)
        except InvalidTag:
            raise BadMessage(
                f"The backup was changed, or its end is missing: chunk {self._place} does not open."
            ) from None

    def _take(self, count: int) -> bytes:
        content = self._file.read(count)
        self._digest.update(content)
        return content


def _cipher_of(key: MasterKey, header: bytes) -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=header)
    return AESGCM(derive.derive(key.secret))


def _nonce(place: int, *, is_last: bool) -> bytes:
    return place.to_bytes(_PLACE_BYTES, "big") + bytes([is_last])
