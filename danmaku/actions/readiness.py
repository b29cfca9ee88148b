"""What a house still lacks before it may be open to the public, told at every start."""

import structlog

from danmaku.actions.sample_texts import sample_words
from danmaku.domain.privacy import below_floor
from danmaku.domain.readiness import Condition, Recorded, gaps_in

log = structlog.get_logger(__name__)


def condition_of(recorded: Recorded, *, is_verifying: bool) -> Condition:
    """What record and settings say together: a text in the words of its sample is none yet.

    Args:
        recorded: Of the record.
        is_verifying: Whether people are asked who they are.
    """
    issued = frozenset(
        document.edition.kind
        for document in recorded.documents
        if document.words != sample_words(document.edition.kind)
    )
    return Condition(
        is_verifying,
        issued,
        recorded.has_chief_editor,
        recorded.has_vault_key,
        recorded.has_questions,
        below_floor(),
    )


def tell(condition: Condition, *, is_public: bool) -> None:
    """Log what is missing, a line each: a warning, where others than its makers come."""
    say = log.warning if is_public else log.info
    for gap in gaps_in(condition):
        say("house_lacks", gap=gap.value)
