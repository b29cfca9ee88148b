from dataclasses import replace

import pytest

from danmaku.domain.documents import (
    TEXT_MAX,
    Document,
    DocumentKind,
    Edition,
    Words,
    binding,
    checked,
    outstanding,
)
from danmaku.domain.ids import Millis
from danmaku.errors import BadMessage

AGREEMENT, RULES = DocumentKind.AGREEMENT, DocumentKind.RULES
FIRST = Edition(AGREEMENT, 1, Millis(0), is_mandatory=True)
SECOND = Edition(AGREEMENT, 2, Millis(100), is_mandatory=True)
OPTIONAL = Edition(RULES, 1, Millis(0), is_mandatory=False)
WORDS = Words("协议", "Agreement", "好。", "Fine.")


@pytest.mark.parametrize(("now_ms", "edition"), [(99, FIRST), (100, SECOND)])
def test_a_version_binds_from_its_date(now_ms, edition):
    assert binding([SECOND, FIRST], Millis(now_ms)) == {AGREEMENT: edition}


@pytest.mark.parametrize(
    ("accepted", "now_ms", "missing"),
    [
        ({}, 50, FIRST),
        ({AGREEMENT: 1}, 50, None),
        ({AGREEMENT: 1}, 100, SECOND),
        ({AGREEMENT: 2}, 50, None),
        ({AGREEMENT: 2}, 100, None),
    ],
)
def test_what_binds_now_must_have_been_accepted(accepted, now_ms, missing):
    assert outstanding([FIRST, SECOND], accepted, {AGREEMENT}, Millis(now_ms)) == missing


def test_only_mandatory_texts_of_the_asked_kinds_are_missed():
    assert outstanding([OPTIONAL], {}, {RULES}, Millis(1)) is None
    assert outstanding([FIRST], {}, {RULES}, Millis(1)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        Document(replace(FIRST, version=0), WORDS),
        Document(FIRST, replace(WORDS, title_zh="")),
        Document(FIRST, replace(WORDS, text_en="")),
        Document(FIRST, replace(WORDS, text_zh="x" * (TEXT_MAX + 1))),
    ],
)
def test_what_is_out_of_bounds_is_refused(wrong):
    with pytest.raises(BadMessage):
        checked(wrong)


def test_a_document_within_its_bounds_is_taken():
    document = Document(FIRST, WORDS)

    assert checked(document) is document
