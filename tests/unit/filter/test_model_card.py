from dataclasses import replace

from danmaku.filter.model_card import LIMITS, page_of
from tests.unit.filter.models import CARD

FILE = {"version": "abc", "rows": 7, "shadow_at": 0.0, "hold_at": 1.25}


def test_the_page_says_where_it_comes_from_how_good_it_was_and_what_it_is_not_for():
    page = page_of(CARD, **FILE)

    assert page.startswith("# Model abc\n")
    assert "7 rows of letters" in page
    assert "from +1.250 on it may hold" in page
    assert "1970-01-01 to 1970-01-02" in page
    assert "| refused | 50 |" in page
    assert "| spam | 50 |" in page
    assert "| held, of the good ones | 50.00% |" in page
    assert all(f"- {limit}" in page for limit in LIMITS)
    assert "plain comments" not in page


def test_what_is_not_known_is_said_so_and_what_was_tried_besides_is_told():
    card = replace(CARD, first_ms=None, last_ms=None, plain_texts=20, plain_held=0.002)

    page = page_of(replace(card, categories=(), former="xyz"), **FILE)

    assert "nobody knows from when" in page
    assert "| held, of 20 plain comments | 0.20% |" in page
    assert "Measured against: xyz." in page
    assert "category" not in page
