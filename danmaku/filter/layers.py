"""A small rule set laid over a large one, for words that cannot wait until that is built anew.

Both look at the text, and what they find is judged together: an allowed phrase of either protects
from the words of both, and a rule of the small one takes the place of a rule of the same id.
"""

from typing import Final

from danmaku.filter.findings import Findings
from danmaku.filter.normalize import Scanned, scanned_of
from danmaku.filter.rules import amended
from danmaku.filter.screen import Screen, findings_of, unprotected


class Layers:
    """Two screens that answer as one.

    Args:
        large: The rules that are built for minutes to come.
        urgent: What has been added since.
    """

    def __init__(self, large: Screen, urgent: Screen) -> None:
        added = urgent.ruleset
        self.ruleset: Final = amended(large.ruleset, added.rules, added.allowed)
        self._large = large
        self._urgent = urgent
        self._replaced = {rule.rule_id for rule in added.rules}

    def inspect(self, text: str, now_ms: int = 0) -> Findings:
        """Say what the rules of both find in `text`; arguments and result as `Screen.inspect`.

        Cost: a look of each.
        """
        return self.findings(scanned_of(text), now_ms)

    def findings(self, scanned: Scanned, now_ms: int = 0) -> Findings:
        """As `inspect`, of a text that others look at too."""
        hits, matches = self._large.found(scanned, now_ms)
        more, others = self._urgent.found(scanned, now_ms)
        every = [hit for hit in hits if hit.rule_id not in self._replaced]
        every += more
        told = unprotected(every, [*matches, *others], len(scanned.text)) if every else ()
        return findings_of(told, scanned.text, self.ruleset.version)
