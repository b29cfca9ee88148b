import pytest

from danmaku.filter.shouting import is_shouting


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A" * 24, True),
        ("哈" * 8, False),
        ("草" * 12, False),
        ("　" * 30 + "1", True),
        ("", False),
        ("今天的直播真好看大家一起来弹幕护体吧冲冲", False),
    ],
)
def test_long_and_mostly_the_same_is_shouting(text, expected):
    assert is_shouting(text, length_min=20, run_max=12, distinct_ratio_min=0.12) is expected
