"""The key that signs the heads of the chains."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from danmaku.errors import Broken, Code, Coded

KEY_FILE = "head.key"


def head_key(data_dir: Path) -> Ed25519PrivateKey:
    """The key of this record, made when there is none yet.

    Raises:
        Broken: The file holds something else.
    """
    path = data_dir / KEY_FILE
    if not path.exists():
        _write(path, Ed25519PrivateKey.generate())
    return existing_head_key(data_dir)


def existing_head_key(data_dir: Path) -> Ed25519PrivateKey:
    """The key of this record.

    Raises:
        Broken: There is none, or the file holds something else.
    """
    path = data_dir / KEY_FILE
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise Broken(f"{path} holds no key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Broken(f"{path} holds no Ed25519 key.")
    return key


def adopt_head_key(data_dir: Path, key: Ed25519PrivateKey) -> None:
    """Put the key of a record where that record will be served from, unless it is there.

    Raises:
        Coded: DUPLICATE: another record's key is there.
        Broken: The file there holds something else.
    """
    path = data_dir / KEY_FILE
    if not path.exists():
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, key)
    elif existing_head_key(data_dir).public_key() != key.public_key():
        raise Coded(Code.DUPLICATE, f"{path} is the key of another record.")


def _write(path: Path, key: Ed25519PrivateKey) -> None:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # Written aside and moved, for a crash must not leave half a key.
    aside = path.with_suffix(".new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
