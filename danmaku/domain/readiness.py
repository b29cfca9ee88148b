"""What a house still lacks before it may be open to the public."""

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


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the record says of the house that runs on it."""

    documents: tuple[Document, ...] = ()  # in force
    has_chief_editor: bool = False
    has_vault_key: bool = True  # here, or there is nothing to open


@dataclass(frozen=True, slots=True)
class Condition:
    """What record and settings say together."""

    is_verifying: bool
    issued: frozenset[DocumentKind]  # in force, in words of the operator's own
    has_chief_editor: bool
    has_vault_key: bool

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
    }
    return tuple(gap for gap, is_open in lacks.items() if is_open)
