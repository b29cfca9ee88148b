"""What the filter's word on a text becomes: a verdict to keep, and what others are shown.

Article: articles.Article.REVIEW_BEFORE_PUBLICATION
"""

from dataclasses import dataclass

from danmaku.domain.comment import Content, Style
from danmaku.domain.facts import Hit, Verdict
from danmaku.filter.findings import Findings
from danmaku.filter.rules import Action


@dataclass(frozen=True, slots=True)
class Look:
    """What the filter said of a text, and how long it took (microseconds)."""

    findings: Findings
    micros: int


def as_shown(content: Content, findings: Findings) -> Content:
    """What others are shown of `content`, by what the filter found in its text."""
    is_neutral = any(hit.action is Action.NEUTRAL for hit in findings.hits)
    if findings.masked is None and not is_neutral:
        return content
    return Content(
        text=content.text if findings.masked is None else findings.masked,
        style=Style() if is_neutral else content.style,
        position_ms=content.position_ms,
        name=content.name,
    )


def verdict_of(look: Look, original: str) -> Verdict:
    """What is sealed with the comment: why the filter said what it said."""
    findings = look.findings
    return Verdict(
        ruleset=findings.ruleset,
        action=findings.action.value,
        category=findings.category,
        micros=look.micros,
        hits=tuple(
            Hit(hit.rule_id, hit.category, hit.action.value, hit.start, hit.end)
            for hit in findings.hits
        ),
        original=None if findings.masked is None else original,
    )
