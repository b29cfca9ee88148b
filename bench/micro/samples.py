"""What the micro-benches are fed with: comments as people write them, as values of the server."""

from collections.abc import Sequence
from importlib import resources
from random import Random

from danmaku.domain.comment import Comment, CommentStatus, Content, Style
from danmaku.domain.ids import Millis, Number, Pseudonym, Seq
from danmaku.domain.views import View, ViewKind
from danmaku.formats.jsonl import line_of

AT_MS = 1_790_000_000_000
AUTHORS = 50
_NAMES = ("星河", "小满", "橙子汽水", "Juniper", "北窗", "Northwind", "夜猫子", "Echo")
_PSEUDONYM_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PSEUDONYM_LENGTH = 10


def texts() -> list[str]:
    """The demo's sample comments: Chinese and English, short and long, all harmless."""
    file = resources.files("danmaku.demo").joinpath("sample_comments.jsonl")
    return [line.draft.text for line in map(line_of, file.read_bytes().splitlines()) if line]


def views(count: int, *, seed: int) -> list[View]:
    """Published comments in the order of their numbers, of as many authors as a busy room has."""
    random = Random(seed)
    said = texts()
    authors = [_pseudonym(random) for _ in range(AUTHORS)]
    return [_view(n, random.choice(said), authors, random) for n in range(1, count + 1)]


def _pseudonym(random: Random) -> Pseudonym:
    return Pseudonym("".join(random.choices(_PSEUDONYM_LETTERS, k=_PSEUDONYM_LENGTH)))


def _view(n: int, text: str, authors: Sequence[Pseudonym], random: Random) -> View:
    position_ms = 600_000 + 37 * n
    comment = Comment(
        origin=Seq(n),
        number=Number(n),
        status=CommentStatus.PUBLISHED,
        at_ms=Millis(AT_MS + 37 * n),
        position_ms=position_ms,
        author=random.choice(authors),
        content=Content(text, Style(), position_ms, random.choice(_NAMES)),
    )
    return View(ViewKind.COMMENT, Seq(n), comment=comment)
