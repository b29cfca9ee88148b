import pytest

from danmaku.domain.documents import Words
from danmaku.errors import BadMessage
from danmaku.formats.document_file import Block, BlockKind, blocks_of, file_of, words_of

WORDS = Words(title_zh="标题", title_en="Title", text_zh="正文", text_en="Text\n\n- one\n- two")


def test_a_file_is_read_as_it_was_written():
    assert words_of(file_of(WORDS)) == WORDS


@pytest.mark.parametrize(
    "content", ["", "# 一\n二", "# 一\n二\n---\nno title", "# 一\n---\n# b\n---\n# c"]
)
def test_what_has_not_two_titled_halves_is_refused(content):
    with pytest.raises(BadMessage):
        words_of(content)


def test_a_text_is_cut_into_blocks():
    text = "## Head\nfirst line\nsecond line\n\nlast\n- one\n- two"

    assert blocks_of(text) == [
        Block(BlockKind.HEADING, ("Head",)),
        Block(BlockKind.TEXT, ("first line", "second line")),
        Block(BlockKind.TEXT, ("last",)),
        Block(BlockKind.LIST, ("one", "two")),
    ]
