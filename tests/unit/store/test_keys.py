import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from danmaku.errors import Broken
from danmaku.store.keys import KEY_FILE, existing_head_key, head_key


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path):
    first, second = head_key(tmp_path), head_key(tmp_path)

    assert first.private_bytes_raw() == second.private_bytes_raw()
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("planted", [b"", b"no key at all"])
def test_a_file_that_holds_no_key_is_named(tmp_path, planted):
    (tmp_path / KEY_FILE).write_bytes(planted)

    with pytest.raises(Broken, match=KEY_FILE):
        head_key(tmp_path)


def test_a_key_of_another_kind_is_refused(tmp_path):
    other = X25519PrivateKey.generate()
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / KEY_FILE).write_bytes(pem)

    with pytest.raises(Broken, match="Ed25519"):
        existing_head_key(tmp_path)


def test_a_missing_key_is_not_made_by_those_who_only_read(tmp_path):
    with pytest.raises(Broken):
        existing_head_key(tmp_path)

    assert list(tmp_path.iterdir()) == []
