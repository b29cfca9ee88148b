import pytest

from tests.unit.filter.texts import found, screen_of

SCREEN = screen_of("色情", "枪支", "加微信", "尼玛")


@pytest.mark.parametrize("text", ["苦涩情绪", "声优和角色请分开", "原木仓支出", "纳尼马上来"])
def test_disguises_made_of_everyday_words_are_none(text):
    assert found(SCREEN, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("涩情片", ["涩情"]), ("买木仓支", ["木仓支"]), ("加威信", ["加威信"]), ("泥马", ["泥马"])],
)
def test_disguises_that_are_no_words_count(text, expected):
    assert found(SCREEN, text) == expected
