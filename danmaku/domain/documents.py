"""The texts of the house, in versions: what binds from when, and who has accepted what.

Article: articles.Article.AGREEMENT
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from danmaku.domain.ids import Millis
from danmaku.errors import BadMessage

TEXT_MAX = 200_000  # code points of one language
TITLE_MAX = 120


class DocumentKind(StrEnum):
    """What a text is for."""

    AGREEMENT = "agreement"
    PRIVACY = "privacy"
    OPERATOR_CLAUSES = "operator_clauses"  # accepted by those who run a room
    RULES = "rules"
    CIVILITY = "civility"
    ABOUT = "about"
    TERMS = "terms"


BEFORE_SENDING = frozenset({DocumentKind.AGREEMENT, DocumentKind.PRIVACY, DocumentKind.CIVILITY})
"""Kinds whose mandatory versions everybody accepts before a comment."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a text, without its words: what admission asks about."""

    kind: DocumentKind
    version: int  # 1 or more; a later one binds instead, from its own time on
    effective_ms: Millis
    is_mandatory: bool


@dataclass(frozen=True, slots=True)
class Words:
    """What a version says, in both languages."""

    title_zh: str = ""
    title_en: str = ""
    text_zh: str = ""
    text_en: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a text."""

    edition: Edition
    words: Words


def checked(document: Document) -> Document:
    """Hold a document to its bounds.

    Raises:
        BadMessage: Naming what is wrong with it.
    """
    words = document.words
    if document.edition.version < 1:
        raise BadMessage("Versions count from 1.")
    for title in (words.title_zh, words.title_en):
        if not 1 <= len(title) <= TITLE_MAX:
            raise BadMessage(f"A title has 1 to {TITLE_MAX} characters.")
    for text in (words.text_zh, words.text_en):
        if not 1 <= len(text) <= TEXT_MAX:
            raise BadMessage(f"A text has 1 to {TEXT_MAX} characters.")
    return document


def binding(editions: Iterable[Edition], now_ms: Millis) -> dict[DocumentKind, Edition]:
    """The version of each kind that binds at that moment: the highest one whose time has come."""
    found: dict[DocumentKind, Edition] = {}
    for edition in editions:
        known = found.get(edition.kind)
        if edition.effective_ms <= now_ms and (known is None or known.version < edition.version):
            found[edition.kind] = edition
    return found


def outstanding(
    editions: Iterable[Edition],
    accepted: Mapping[DocumentKind, int],
    kinds: Iterable[DocumentKind],
    now_ms: Millis,
) -> Edition | None:
    """The first mandatory version of those kinds that has not been accepted; None: all have.

    Who has accepted a later one than binds, before its time, has accepted what comes.
    """
    bound = binding(editions, now_ms)
    for kind in sorted(kinds):
        edition = bound.get(kind)
        if edition and edition.is_mandatory and accepted.get(kind, 0) < edition.version:
            return edition
    return None
