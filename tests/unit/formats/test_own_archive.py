import io
from zipfile import ZipFile

from danmaku.domain.comment import Comment, CommentStatus, Content, Style
from danmaku.domain.ids import Millis, Number, Pseudonym, RoomId, Seq
from danmaku.domain.privacy import OwnComment
from danmaku.formats.own_archive import (
    PAGE_END,
    Archive,
    comment_row_of,
    page_row_of,
    page_start_of,
)

OWN = OwnComment(
    RoomId("demo"),
    Comment(
        Seq(3),
        Number(1),
        CommentStatus.PUBLISHED,
        Millis(7),
        500,
        Pseudonym("abc"),
        Content("<b>hi</b>", Style(), 500, "Ann"),
    ),
)


def test_an_archive_made_in_pieces_opens():
    archive = Archive(Millis(1_700_000_000_000))
    pieces = [
        archive.begin("one.txt"),
        archive.add(b"first "),
        archive.add(b"half"),
        archive.begin("two.txt"),
        archive.add(b"x" * 100_000),
        archive.end(),
    ]

    with ZipFile(io.BytesIO(b"".join(pieces))) as opened:
        assert opened.testzip() is None
        assert opened.read("one.txt") == b"first half"
        assert opened.read("two.txt") == b"x" * 100_000


def test_a_comment_is_told_with_what_became_of_it():
    assert comment_row_of(OWN) == {
        "room": "demo",
        "number": 1,
        "at_ms": 7,
        "position_ms": 500,
        "status": "published",
        "by": None,
        "category": None,
        "text": "<b>hi</b>",
        "name": "Ann",
    }


def test_the_page_shows_text_and_never_markup():
    columns = ("number", "text")
    row = page_row_of(comment_row_of(OWN), columns)
    page = page_start_of("T", {"login": "ann"}, columns) + row + PAGE_END

    assert b"&lt;b&gt;hi&lt;/b&gt;" in page
    assert page.endswith(b"</table></body></html>\n")
