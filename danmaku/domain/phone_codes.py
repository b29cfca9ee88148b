"""Codes that are sent to phones: what is expected, how a try is judged, how many are sent."""

import hmac
from dataclasses import dataclass, replace

from danmaku.domain.ids import AccountId, Millis
from danmaku.domain.pacing import TokenBuckets

CODE_DIGITS = 6
LIFE_MS = 600_000
TRIES_MAX = 5  # of one code; then it is worth nothing
CODES_PER_S, CODES_BURST = 1 / 120, 3  # of one account, and to one phone: messages cost money
CODES_A_DAY = 10  # the same: nobody's phone is rung all day, and a code is guessed in 50 years


@dataclass(frozen=True, slots=True)
class Expected:
    """A code that was sent and waits to be typed; one an account at most."""

    code: str
    phone: str
    until_ms: Millis
    tries: int = 0


def judged(
    expected: Expected | None, code: str, now_ms: Millis
) -> tuple[str | None, Expected | None]:
    """One try: the phone, if it is the right code; and what is expected from here on.

    Nothing is expected any more when the code was right, its time is over, or its tries are.
    """
    # A clock that was set back lets no code live longer.
    if expected is None or not 0 < expected.until_ms - now_ms <= LIFE_MS:
        return None, None
    if hmac.compare_digest(expected.code.encode(), code.strip().encode()):
        return expected.phone, None
    tried = replace(expected, tries=expected.tries + 1)
    return None, tried if tried.tries < TRIES_MAX else None


class CodePacing:
    """How many codes are asked for by one account and sent to one phone, by one server."""

    def __init__(self) -> None:
        self._lately = TokenBuckets(CODES_PER_S, CODES_BURST)
        self._today = TokenBuckets(CODES_A_DAY / 86_400, CODES_A_DAY)

    def take(self, account: AccountId, phone: str, now_ms: Millis) -> None:
        """Note that a code is about to be sent.

        Raises:
            TooFast: The account has asked too often, or the phone was sent too many.
        """
        for key in (f"account {account}", phone):
            self._lately.take(key, now_ms)
            self._today.take(key, now_ms)
