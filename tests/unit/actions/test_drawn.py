"""Secrets cannot be guessed, and what is kept of them does not show them."""

import base64

from danmaku.actions.drawn import digest_of, new_secret

BYTES_MIN = 16  # 128 bits


def test_secrets_are_long_and_each_is_another():
    drawn = {new_secret() for _ in range(1_000)}

    assert len(drawn) == 1_000
    assert min(len(base64.urlsafe_b64decode(secret + "=")) for secret in drawn) >= BYTES_MIN


def test_what_is_kept_does_not_show_the_secret():
    secret = new_secret()

    assert secret.encode() not in digest_of(secret)
    assert digest_of(secret) == digest_of(secret) != digest_of(new_secret())
