from danmaku.domain.articles import UNSERVED, Article


def test_clauses_name_one_article_each():
    clauses = [article.clause for article in Article]

    assert sorted(set(clauses)) == sorted(clauses)


def test_the_static_version_is_served():
    assert Article.STATIC_VERSION not in UNSERVED
