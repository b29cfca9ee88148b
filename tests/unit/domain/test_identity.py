import pytest

from danmaku.domain.identity import Identity, Strength, require_verified
from danmaku.domain.ids import Millis
from danmaku.errors import Code, Coded

PHONE = Identity("sms", Strength.PHONE)
TERMED = Identity("id", Strength.DOCUMENT, Millis(100))


@pytest.mark.parametrize(
    ("identity", "now_ms", "at_least"),
    [
        (PHONE, 5, Strength.PHONE),
        (TERMED, 99, Strength.DOCUMENT),
        (TERMED, 99, Strength.PHONE),
    ],
)
def test_a_good_identity_passes(identity, now_ms, at_least):
    require_verified(identity, Millis(now_ms), at_least)


@pytest.mark.parametrize(
    ("identity", "now_ms", "at_least"),
    [
        (None, 5, Strength.PHONE),
        (TERMED, 100, Strength.PHONE),
        (PHONE, 5, Strength.CLAIM),
    ],
)
def test_none_an_old_or_a_weak_one_does_not(identity, now_ms, at_least):
    with pytest.raises(Coded) as refusal:
        require_verified(identity, Millis(now_ms), at_least)

    assert refusal.value.code is Code.NOT_VERIFIED
