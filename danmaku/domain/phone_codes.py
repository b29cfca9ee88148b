"""Codes that were sent to phones and wait to be typed: in memory, for another is quickly sent."""

import hmac
from collections import OrderedDict
from dataclasses import dataclass

from danmaku.domain.ids import AccountId, Millis
from danmaku.domain.pacing import TokenBuckets
from danmaku.errors import Code, Coded

CODE_DIGITS = 6
LIFE_MS = 600_000
TRIES_MAX = 5  # of one code; then it is worth nothing
WAITING_MAX = 20_000  # the oldest make room
CODES_PER_S, CODES_BURST = 1 / 120, 3  # of one account, and to one phone: messages cost money
CODES_A_DAY = 10  # the same: nobody's phone is rung all day, and a code is guessed in 50 years


@dataclass(slots=True)
class _Waiting:
    code: str
    phone: str
    until_ms: Millis
    tries: int = 0


class PhoneCodes:
    """One code an account at most: a new one replaces the last."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[AccountId, _Waiting] = OrderedDict()
        self._sent = TokenBuckets(CODES_PER_S, CODES_BURST)
        self._sent_today = TokenBuckets(CODES_A_DAY / 86_400, CODES_A_DAY)

    def open(self, account: AccountId, phone: str, code: str, now_ms: Millis) -> None:
        """Expect a code from an account; it is about to be sent.

        Raises:
            TooFast: The account has asked too often, or the phone was sent too many.
        """
        for who in (f"account {account}", phone):
            self._sent.take(who, now_ms)
            self._sent_today.take(who, now_ms)
        self._waiting.pop(account, None)
        self._waiting[account] = _Waiting(code, phone, Millis(now_ms + LIFE_MS))
        if len(self._waiting) > WAITING_MAX:
            self._waiting.popitem(last=False)

    def drop(self, account: AccountId, code: str) -> None:
        """Forget a code that was not sent after all; one that was asked for since stays."""
        waiting = self._waiting.get(account)
        if waiting is not None and waiting.code == code:
            del self._waiting[account]

    def phone_with(self, account: AccountId, code: str, now_ms: Millis) -> str:
        """The phone that the right code was sent to; it is used up.

        Raises:
            Coded: NOT_VERIFIED: there is none, it is another one, or its time or tries are over.
        """
        waiting = self._waiting.get(account)
        # A clock that was set back lets no code live longer.
        if waiting is None or not 0 < waiting.until_ms - now_ms <= LIFE_MS:
            self._waiting.pop(account, None)
            raise Coded(Code.NOT_VERIFIED, "There is no code to type; ask for a new one.")
        if hmac.compare_digest(waiting.code.encode(), code.strip().encode()):
            del self._waiting[account]
            return waiting.phone
        waiting.tries += 1
        if waiting.tries >= TRIES_MAX:
            del self._waiting[account]
        raise Coded(Code.NOT_VERIFIED, "This is not the code that was sent.")
