import pytest

from danmaku.actions.begun import Begun, nonce_of, verifier_of
from danmaku.domain.ids import Millis
from danmaku.errors import NotSignedIn

BEGUN = Begun("site", "http://danmaku.test/back", "/rooms/影片", Millis(1000), "salt")
STATE = BEGUN.state("a secret")


def test_it_comes_back_to_the_browser_that_began_it():
    assert Begun.brought(STATE, "a secret") == BEGUN


@pytest.mark.parametrize(
    ("state", "browser"),
    [
        (STATE, "another secret"),
        (STATE[:-1], "a secret"),
        (f"x{STATE}", "a secret"),
        (BEGUN.state("another secret"), "a secret"),
        ("", "a secret"),
        (".", "a secret"),
        ("no state", "a secret"),
        ("\ud800.\ud800", "a secret"),
    ],
)
def test_to_no_other_and_not_otherwise(state, browser):
    with pytest.raises(NotSignedIn, match="begin again"):
        Begun.brought(state, browser)


def test_what_proves_the_way_is_of_one_sign_in_in_one_browser():
    other = Begun("site", BEGUN.back, BEGUN.next, BEGUN.until_ms, "other salt").state("a secret")
    derived = {
        of(state, browser)
        for of in (nonce_of, verifier_of)
        for state, browser in [(STATE, "a secret"), (other, "a secret"), (STATE, "another")]
    }

    assert len(derived) == 6
    assert len(verifier_of(STATE, "a secret")) == 43
