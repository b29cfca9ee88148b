import pytest

from danmaku.errors import Broken
from danmaku.store.envelope import (
    Envelope,
    MasterKey,
    master_keys,
    opened,
    sealed,
    write_master_keys,
)

KEY = bytes(range(32))


def test_what_is_sealed_opens_with_its_key_for_its_purpose_alone():
    blob = sealed(KEY, b"who it is", purpose="person 1")

    assert opened(KEY, blob, purpose="person 1") == b"who it is"
    for key, changed, purpose in (
        (KEY[::-1], blob, "person 1"),
        (KEY, blob, "person 2"),
        (KEY, blob[:-1] + bytes([blob[-1] ^ 1]), "person 1"),
        (KEY, b"", "person 1"),
    ):
        with pytest.raises(Broken):
            opened(key, changed, purpose=purpose)


def test_the_same_content_is_never_sealed_to_the_same_bytes():
    assert sealed(KEY, b"a", purpose="p") != sealed(KEY, b"a", purpose="p")


def test_keys_are_unwrapped_by_the_master_key_alone():
    envelope, master = Envelope.fresh(), MasterKey.fresh()

    assert Envelope.unwrapped(envelope.wrapped(master), master) == envelope
    with pytest.raises(Broken):
        Envelope.unwrapped(envelope.wrapped(master), MasterKey.fresh())


def test_a_rotation_changes_what_seals_and_not_what_makes_fingerprints():
    envelope = Envelope.fresh()
    rotated = envelope.rotated()

    assert rotated.seal_key != envelope.seal_key
    assert rotated.fingerprint("phone:1") == envelope.fingerprint("phone:1")
    assert Envelope.fresh().fingerprint("phone:1") != envelope.fingerprint("phone:1")


def test_the_key_file_is_its_owners_alone(tmp_path):
    path, keys = tmp_path / "vault.key", [MasterKey.fresh(), MasterKey.fresh()]
    path.with_name("vault.key.new").write_text("left by a crash")

    write_master_keys(path, keys)

    assert master_keys(path) == keys
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["vault.key"]


@pytest.mark.parametrize("planted", ["key", "id c2hvcnQ=\n", "id ???\n", "id ünf\n"])
def test_a_file_that_holds_something_else_is_named(tmp_path, planted):
    path = tmp_path / "vault.key"
    path.write_text(planted)

    with pytest.raises(Broken, match=r"vault\.key"):
        master_keys(path)


def test_keys_are_never_printed():
    key, envelope = MasterKey("id", KEY), Envelope(KEY, KEY)

    assert str(KEY) not in f"{key!r}{envelope!r}"
