"""Whether a name is shown, held or refused: the filter's word, and whether it would deceive.

Article: articles.Article.EVERY_SURFACE, articles.Article.NAMES_REVIEWED
"""

from dataclasses import dataclass

from danmaku.domain.admission import REVIEW_CATEGORY
from danmaku.domain.facts import NameJudged, Verdict
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.looks import Look, verdict_of
from danmaku.domain.naming import NameState, Surface, neutral_of
from danmaku.filter.names import IMPERSONATION
from danmaku.filter.rules import Action


@dataclass(frozen=True, slots=True)
class Given:
    """What became of a name as it came in."""

    surface: Surface
    state: NameState
    text: str  # as it was given, clean
    shown: str  # what stands there from here on
    category: str | None
    verdict: Verdict

    def fact(self, account: AccountId | None, room: RoomId | None = None) -> NameJudged:
        """It as a fact.

        Args:
            account: Who gave it, or whose it is; None: the operator, at the command line.
            room: Whose title or summary it is.
        """
        return NameJudged(
            surface=self.surface,
            state=self.state,
            account=account,
            room=room,
            text=self.text,
            shown=self.shown,
            category=self.category,
            verdict=self.verdict,
        )


@dataclass(frozen=True, slots=True)
class NameRow:
    """A name as the record holds it, with what became of it."""

    seq: Seq
    at_ms: Millis
    fact: NameJudged
    is_over: bool  # a later one stands in its place, or it never stood


def judged(surface: Surface, text: str, look: Look, *, deceives: bool, mark: str) -> Given:
    """Decide a name as a comment of these words would be, and hold what deceives besides.

    Args:
        surface: Where it would be shown.
        text: Clean and within its bounds.
        look: What the filter said of it.
        deceives: Whether it would let somebody pass for somebody else.
        mark: For the neutral name, should it be needed.
    """
    findings = look.findings
    shown = text if findings.masked is None else findings.masked
    state, category = NameState.SHOWN, findings.category
    if findings.action is Action.REFUSE:
        state, category = NameState.REFUSED, findings.category or REVIEW_CATEGORY
    elif findings.action is Action.HOLD:
        state, category = NameState.HELD, findings.category or REVIEW_CATEGORY
    elif deceives:
        state, category = NameState.HELD, IMPERSONATION
    if state is not NameState.SHOWN:
        shown = neutral_of(surface, mark)
    return Given(surface, state, text, shown, category, verdict_of(look, text))
