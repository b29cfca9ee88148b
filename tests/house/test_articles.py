import pytest

from danmaku.domain.articles import UNSERVED, Article
from tests.house.tree import ROOT
from tools.duties import told_by

SERVED = [article for article in Article if article not in UNSERVED]


@pytest.mark.parametrize("folder", ["danmaku", "tests/articles"])
def test_each_served_article_is_named_where_it_is_kept_and_where_it_is_proven(folder):
    told = told_by(ROOT, folder)

    assert [article.name for article in SERVED if article not in told] == []


def test_nothing_claims_to_prove_what_is_not_served():
    told = told_by(ROOT, "tests/articles")

    assert [article.name for article in UNSERVED if article in told] == []
