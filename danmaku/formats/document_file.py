"""A text of the house as one file that people edit: Chinese above a line `---`, English below.

Each half begins with its title, `# Title`. Below that a little of Markdown is understood: blank
lines end a paragraph, `## ` begins a heading, `- ` an item of a list. Nothing else is marked up.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from danmaku.domain.documents import Words
from danmaku.errors import BadMessage

_BETWEEN = "---"


class BlockKind(StrEnum):
    """How a stretch of lines is shown."""

    HEADING = "heading"
    LIST = "list"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, or a list of items."""

    kind: BlockKind
    lines: tuple[str, ...]


def words_of(content: str) -> Words:
    """Read a file.

    Raises:
        BadMessage: It has not two halves, or one has no title.
    """
    lines = [line.rstrip() for line in content.splitlines()]
    if lines.count(_BETWEEN) != 1:
        raise BadMessage("A document is Chinese, a line ---, and English.")
    middle = lines.index(_BETWEEN)
    title_zh, text_zh = _half(lines[:middle])
    title_en, text_en = _half(lines[middle + 1 :])
    return Words(title_zh=title_zh, title_en=title_en, text_zh=text_zh, text_en=text_en)


def file_of(words: Words) -> str:
    """The file that `words_of` reads as these words."""
    halves = ((words.title_zh, words.text_zh), (words.title_en, words.text_en))
    return f"\n{_BETWEEN}\n".join(f"# {title}\n\n{text}\n" for title, text in halves)


def blocks_of(text: str) -> list[Block]:
    """A text cut into what is shown one below the other."""
    marked = [(_kind_of(line), line) for line in text.splitlines()]
    return [
        Block(kind, tuple(line.removeprefix("## ").removeprefix("- ") for _, line in group))
        for kind, group in groupby(marked, key=lambda each: each[0])
        if kind is not None
    ]


def _kind_of(line: str) -> BlockKind | None:
    if not line.strip():
        return None
    if line.startswith("## "):
        return BlockKind.HEADING
    return BlockKind.LIST if line.startswith("- ") else BlockKind.TEXT


def _half(lines: list[str]) -> tuple[str, str]:
    content = "\n".join(lines).strip()
    title, _, text = content.partition("\n")
    if not title.startswith("# "):
        raise BadMessage("Each half of a document begins with its title: # Title.")
    return title.removeprefix("# ").strip(), text.strip()
