"""What the filter says of each case and each comment, one line each.

Whoever makes it quicker writes the lists of before and of after, and compares the two files: a
change that is meant to change no verdict changes no line.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from bench.filter.quality import CASES, books_of, cases_in
from danmaku.filter.judge import Judge

JOINED = 5
"""So many comments run together are a text that wakes stages which none of them wakes alone."""


def write_verdicts(path: Path, folder: Path, said: Sequence[str]) -> None:
    """Judge everything.

    Args:
        path: Where the lines go.
        folder: Holds the cases and their lists.
        said: Comments; they are judged as they are, and run together.
    """
    lines = (msgspec.json.encode(verdict, order="sorted") for verdict in _verdicts(folder, said))
    path.write_bytes(b"\n".join(lines) + b"\n")


def _verdicts(folder: Path, said: Sequence[str]) -> Iterator[dict[str, object]]:
    judge = Judge(books_of(folder))
    cases = [case for name in CASES for case in cases_in(folder / name)]
    long = ["".join(said[at : at + JOINED]) for at in range(0, len(said), JOINED)]
    texts = [str(case["text"]) for case in cases]
    for case in cases:
        yield judge.judge(case)
    for text in (*said, *long, *texts):
        yield judge.judge({"text": text, "lexicon": "base", "whitelist": "base"})
