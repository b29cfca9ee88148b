from dataclasses import replace

import pytest

from danmaku.domain.documents import DocumentKind
from danmaku.domain.readiness import OWN_TEXTS, Condition, Gap, bars_public, gaps_in

WHOLE = Condition(is_verifying=True, issued=OWN_TEXTS, has_chief_editor=True, has_vault_key=True)


def test_a_house_that_has_everything_lacks_nothing():
    assert gaps_in(WHOLE) == ()
    assert WHOLE.samples == ()


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"is_verifying": False}, Gap.VERIFIER),
        ({"issued": OWN_TEXTS - {DocumentKind.ABOUT}}, Gap.TEXTS),
        ({"has_chief_editor": False}, Gap.CHIEF_EDITOR),
        ({"has_vault_key": False}, Gap.VAULT_KEY),
        ({"short_terms": ("comment",)}, Gap.TERMS),
    ],
)
def test_each_thing_that_is_missing_is_named(change, gap):
    assert gaps_in(replace(WHOLE, **change)) == (gap,)


def test_the_texts_that_are_still_samples_are_named():
    lacking = replace(WHOLE, issued=OWN_TEXTS - {DocumentKind.TERMS, DocumentKind.ABOUT})

    assert lacking.samples == (DocumentKind.ABOUT, DocumentKind.TERMS)


def test_training_is_asked_for_and_keeps_nobody_from_starting():
    lacking = replace(WHOLE, has_questions=False, has_chief_editor=False)

    assert gaps_in(lacking) == (Gap.CHIEF_EDITOR, Gap.TRAINING)
    assert bars_public(gaps_in(lacking)) == (Gap.CHIEF_EDITOR,)
