import pytest

from danmaku.filter.envelope import content_of, enclosed

PACKED = enclosed(b"mark\n", b"what is said")


def test_what_was_enclosed_comes_out_again():
    assert content_of(b"mark\n", PACKED) == b"what is said"


@pytest.mark.parametrize(
    "packed", [PACKED[:-1], PACKED + b"!", b"other\n" + PACKED[5:], b"", PACKED[:20]]
)
def test_what_is_not_whole_or_of_another_kind_gives_nothing(packed):
    assert content_of(b"mark\n", packed) is None
