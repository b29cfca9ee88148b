"""One account saying the same thing over and over.

Texts are compared as the matcher reads them, so a changed dot or case makes no new text.
Nothing here waits or tells time. What is remembered is forgotten after the window: there
are never more entries than comments were let through within it.
"""

from collections import Counter, deque
from collections.abc import Hashable


class Repeats:
    """Let each key say one text a few times per window.

    Belongs to one thread. Memory is bounded by what is let through within one window, so
    the account's rate limit, which stands before this, bounds it.

    Args:
        within_ms: Length of the window.
        allowed: How often one text may be said within it, at least 1.
        min_length: Texts with fewer folded letters are never counted: laughter is short,
            and everybody laughs alike.
    """

    def __init__(self, *, within_ms: int, allowed: int, min_length: int) -> None:
        self._within_ms = within_ms
        self._allowed = allowed
        self._min_length = min_length
        self._said: deque[tuple[int, Hashable, str]] = deque()  # oldest first
        self._counts: Counter[tuple[Hashable, str]] = Counter()

    def note(self, key: Hashable, folded_text: str, now_ms: int) -> bool:
        """Note that `key` says this now, and tell whether it may.

        Args:
            key: Whose repeats are counted together.
            folded_text: The skeleton of what is said (`normalize.fold`).
            now_ms: Any clock; one that steps back only makes memory last longer.

        Returns:
            False if this would be one time too many; then nothing is noted.
        """
        self._forget_before(now_ms - self._within_ms)
        if len(folded_text) < self._min_length:
            return True
        if self._counts[key, folded_text] >= self._allowed:
            return False
        self._counts[key, folded_text] += 1
        self._said.append((now_ms, key, folded_text))
        return True

    def take_back(self, key: Hashable, folded_text: str) -> None:
        """Forget the newest time that `key` said this: it was not said after all.

        Cost: grows with what was noted since.
        """
        for place in range(len(self._said) - 1, -1, -1):
            if self._said[place][1:] == (key, folded_text):
                del self._said[place]
                self._uncount(key, folded_text)
                return

    def _forget_before(self, limit_ms: int) -> None:
        while self._said and self._said[0][0] <= limit_ms:
            _, key, folded_text = self._said.popleft()
            self._uncount(key, folded_text)

    def _uncount(self, key: Hashable, folded_text: str) -> None:
        self._counts[key, folded_text] -= 1
        if not self._counts[key, folded_text]:
            del self._counts[key, folded_text]
