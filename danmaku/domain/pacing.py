"""How often an account may comment in one room.

A `SlowMode` belongs to one live room, `TokenBuckets` to one process; both live on the event loop's
thread. They tell no time (`now_ms` comes in), they wait for nothing, and they forget accounts that
may act freely again, so they never hold more than the accounts that acted lately. A clock that is
set back makes nobody wait longer than the limit itself.
"""

from collections.abc import Hashable
from math import ceil
from typing import Final

from danmaku.domain.ids import AccountId, Millis
from danmaku.errors import TooFast

ROUNDING_MS: Final = 1e-3
"""So much may sums of thirds of a millisecond be off; a token that is due is not refused."""


class SlowMode:
    """Let each account comment once per gap.

    Args:
        gap_ms: Shortest time between two comments of one account; 0 switches it off.
    """

    def __init__(self, gap_ms: int) -> None:
        self._gap_ms = gap_ms
        self._longest_ms = gap_ms  # of any account: so long turns are remembered
        self._last_ms: dict[AccountId, Millis] = {}  # oldest first: insertion is arrival

    def set_gap(self, gap_ms: int) -> None:
        """Change the gap; turns that the old one still remembers count against the new one."""
        self._gap_ms = gap_ms
        self._longest_ms = max(self._longest_ms, gap_ms)

    def take_turn(self, account: AccountId, now_ms: Millis, *, own_gap_ms: int = 0) -> None:
        """Note that `account` comments now.

        Args:
            account: Whose turn it is.
            now_ms: When.
            own_gap_ms: A gap for this account alone, where it is the longer one.

        Raises:
            TooFast: If its last comment is younger than the gap; nothing is noted.
        """
        gap_ms = max(self._gap_ms, own_gap_ms)
        self._longest_ms = max(self._longest_ms, own_gap_ms)
        self._forget_before(now_ms - self._longest_ms)
        last_ms = self._last_ms.get(account)
        if last_ms is not None and 0 <= now_ms - last_ms < gap_ms:
            raise TooFast(wait_ms=last_ms + gap_ms - now_ms)
        self.give_back(account)  # a turn of a clock that has been set back since
        if self._longest_ms > 0:
            self._last_ms[account] = now_ms

    def note_turn(self, account: AccountId, at_ms: Millis) -> None:
        """A turn that was taken at another node; one older than the last changes nothing."""
        self._forget_before(at_ms - self._longest_ms)
        if self._longest_ms > 0 and at_ms > self._last_ms.get(account, 0):
            self.give_back(account)
            self._last_ms[account] = at_ms

    def give_back(self, account: AccountId) -> None:
        """Forget the account's turn: its comment was not accepted after all."""
        self._last_ms.pop(account, None)

    def _forget_before(self, limit_ms: int) -> None:
        while self._last_ms and next(iter(self._last_ms.values())) <= limit_ms:
            del self._last_ms[next(iter(self._last_ms))]


class Novelty:
    """Let nobody say what was said lately, by whomever.

    Args:
        texts_max: So many of the newest texts are remembered.
    """

    def __init__(self, texts_max: int) -> None:
        self._texts_max = texts_max
        self._said: dict[str, None] = {}  # oldest first

    def note(self, skeleton: str) -> bool:
        """Note what is said; False if it was said lately: then nothing is noted."""
        if skeleton in self._said:
            return False
        self._said[skeleton] = None
        if len(self._said) > self._texts_max:
            del self._said[next(iter(self._said))]
        return True

    def take_back(self, skeleton: str) -> None:
        """Forget what was not said after all."""
        self._said.pop(skeleton, None)


class TokenBuckets:
    """Let each key act in bursts, at a bounded mean rate.

    A bucket is kept as the moment at which it will be full again: one number, no refill loop.

    Args:
        per_s: Acts a second in the long run.
        burst: Acts at once.
    """

    def __init__(self, per_s: float, burst: int) -> None:
        self._token_ms = 1000.0 / per_s
        self._depth_ms = self._token_ms * burst
        self._full_at_ms: dict[Hashable, float] = {}  # least recently used first

    def take(self, key: Hashable, now_ms: Millis) -> None:
        """Take one token.

        Raises:
            TooFast: If none is left; nothing is taken.
        """
        self._forget_full(now_ms)
        known_ms = min(self._full_at_ms.get(key, 0.0), now_ms + self._depth_ms)
        full_at_ms = max(known_ms, float(now_ms)) + self._token_ms
        if (over_ms := full_at_ms - now_ms - self._depth_ms) > ROUNDING_MS:
            raise TooFast(wait_ms=int(over_ms) + 1)
        self._full_at_ms.pop(key, None)
        self._full_at_ms[key] = full_at_ms

    def left(self, key: Hashable, now_ms: Millis) -> tuple[int, Millis]:
        """How many acts a key has left at once, and when it will have them all."""
        full_at_ms = min(max(self._full_at_ms.get(key, 0.0), now_ms), now_ms + self._depth_ms)
        left = (self._depth_ms - (full_at_ms - now_ms) + ROUNDING_MS) / self._token_ms
        return int(left), Millis(ceil(full_at_ms))

    def debit(self, key: Hashable, now_ms: Millis) -> None:
        """Take a token for an act that was allowed elsewhere; an empty bucket stays empty."""
        self._forget_full(now_ms)
        known_ms = max(self._full_at_ms.pop(key, 0.0), float(now_ms))
        self._full_at_ms[key] = min(known_ms + self._token_ms, now_ms + self._depth_ms)

    def _forget_full(self, now_ms: Millis) -> None:
        """Drop full buckets from the old end; each call drops what a call has added, and more."""
        for _ in range(2):
            if not self._full_at_ms:
                return
            oldest = next(iter(self._full_at_ms))
            if self._full_at_ms[oldest] > now_ms:
                return
            del self._full_at_ms[oldest]
