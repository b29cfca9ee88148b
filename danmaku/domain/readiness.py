"""What a house still lacks before it may be open to the public."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from danmaku.domain.documents import Document, DocumentKind

OWN_TEXTS = frozenset(DocumentKind) - {DocumentKind.CIVILITY, DocumentKind.OPERATOR_CLAUSES}
"""Kinds that only the operator can write: who they are, and what they promise."""


class Gap(StrEnum):
    """One thing that is missing."""

    VERIFIER = "verifier"  # nobody is asked who they are
    TEXTS = "texts"  # some of the house's own are still the samples
    CHIEF_EDITOR = "chief_editor"  # nobody answers for the service
    VAULT_KEY = "vault_key"  # this node cannot open the vault
    TRAINING = "training"  # nobody who decides has to pass a test
    TERMS = "terms"  # something is destroyed earlier than the law has it kept


ADVISED = frozenset({Gap.TRAINING})
"""What a house for the public is told to mend, and may start without."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the record says of the house that runs on it."""

    documents: tuple[Document, ...] = ()  # in force
    has_chief_editor: bool = False
    has_vault_key: bool = True  # here, or there is nothing to open
    has_questions: bool = False  # for those who decide cases
    open_rooms: int = 0
    on_duty: int = 0  # staff, right now


@dataclass(frozen=True, slots=True)
class Condition:
    """What record and settings say together."""

    is_verifying: bool
    issued: frozenset[DocumentKind]  # in force, in words of the operator's own
    has_chief_editor: bool
    has_vault_key: bool
    has_questions: bool = True
    short_terms: tuple[str, ...] = ()  # words of holdings whose term is below its floor

    @property
    def samples(self) -> tuple[DocumentKind, ...]:
        """Kinds that are still the samples."""
        return tuple(sorted(OWN_TEXTS - self.issued))


def gaps_in(condition: Condition) -> tuple[Gap, ...]:
    """What is missing, in the order in which it is mended.

    Article: articles.Article.RESPONSIBLE_PERSONS, articles.Article.REAL_IDENTITY
    """
    lacks = {
        Gap.VAULT_KEY: not condition.has_vault_key,
        Gap.VERIFIER: not condition.is_verifying,
        Gap.CHIEF_EDITOR: not condition.has_chief_editor,
        Gap.TEXTS: bool(condition.samples),
        Gap.TRAINING: not condition.has_questions,
        Gap.TERMS: bool(condition.short_terms),
    }
    return tuple(gap for gap, is_open in lacks.items() if is_open)


def bars_public(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Those without which no house is open to the public."""
    return tuple(gap for gap in gaps if gap not in ADVISED)
