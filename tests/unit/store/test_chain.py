from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from danmaku.store.chain import GENESIS, SALT_BYTES, digest_of, is_signed, link_of, sign_head

HEAD = {"epoch": "e", "chain": "demo", "seq": 3, "link": b"l" * 32}


@given(st.binary(min_size=SALT_BYTES, max_size=SALT_BYTES), st.binary(), st.binary())
def test_a_digest_depends_on_every_byte_of_the_content(salt, one, other):
    assert (digest_of(salt, one) == digest_of(salt, other)) == (one == other)


def test_one_content_has_another_digest_under_another_salt():
    salts = [bytes([n]) * SALT_BYTES for n in range(2)]

    assert len({digest_of(salt, b"yes") for salt in salts}) == 2


def test_links_depend_on_their_order():
    leaves = [b"a" * 32, b"b" * 32]

    forth = link_of(link_of(GENESIS, leaves[0]), leaves[1])
    back = link_of(link_of(GENESIS, leaves[1]), leaves[0])

    assert forth != back


def test_a_signature_vouches_for_one_head_alone():
    key = Ed25519PrivateKey.generate()
    signature = sign_head(key, **HEAD)
    others = [{**HEAD, **change} for change in ({"epoch": "f"}, {"chain": "x"}, {"seq": 4})]

    assert is_signed(key.public_key(), signature, **HEAD)
    assert not any(is_signed(key.public_key(), signature, **other) for other in others)
    assert not is_signed(Ed25519PrivateKey.generate().public_key(), signature, **HEAD)
