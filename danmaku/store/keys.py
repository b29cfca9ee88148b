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

from danmaku.errors import Broken

KEY_FILE = "head.key"


def head_key(data_dir: Path) -> Ed25519PrivateKey:
    """The key of this record, made when there is none yet.

    Raises:
        Broken: The file holds something else.
    """
    path = data_dir / KEY_FILE
    if not path.exists():
        _create(path)
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


def _create(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    # Written aside and moved, for a crash must not leave half a key.
    aside = path.with_suffix(".new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
