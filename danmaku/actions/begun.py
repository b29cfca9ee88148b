"""A sign-in that was begun at a provider outside, in what the browser brings back from there.

Nothing of it is kept here, so that any server of a house can end it. It bears a seal that only the
secret of the browser makes, and what proves the way to the provider is derived from both: who has
seen the address that the browser was sent to can make neither.
"""

import base64
import hmac
from dataclasses import asdict, dataclass
from typing import Self

import msgspec

from danmaku.domain.ids import Millis
from danmaku.errors import NotSignedIn


@dataclass(frozen=True, slots=True)
class Begun:
    """See the module."""

    provider: str
    back: str  # where the provider sends the browser back to
    next: str  # where to go on to
    until_ms: Millis
    salt: str  # random: no two are alike

    def state(self, browser: str) -> str:
        """What the browser shall bring back.

        Args:
            browser: A secret of this browser.
        """
        body = _text_of(msgspec.json.encode(asdict(self)))
        return f"{body}.{_derived(browser, 'state', body)}"

    @classmethod
    def brought(cls, state: str, browser: str) -> Self:
        """What was begun, if it was in this browser.

        Raises:
            NotSignedIn: It was not.
        """
        body, _, seal = state.rpartition(".")
        right = _derived(browser, "state", body)
        if not hmac.compare_digest(seal.encode(errors="surrogatepass"), right.encode()):
            raise NotSignedIn("This sign-in was begun elsewhere; begin again.")
        return msgspec.json.decode(_bytes_of(body), type=cls)


def nonce_of(state: str, browser: str) -> str:
    """What the provider's token must name."""
    return _derived(browser, "nonce", state)


def verifier_of(state: str, browser: str) -> str:
    """What the provider's code is redeemed with: 43 characters."""
    return _derived(browser, "verifier", state)


def _derived(browser: str, purpose: str, text: str) -> str:
    message = f"sign-in {purpose}\0{text}".encode(errors="surrogatepass")
    return _text_of(hmac.digest(browser.encode(errors="surrogatepass"), message, "sha256"))


def _text_of(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
