"""A text with the places marked where rules matched."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from danmaku.domain.facts import Hit


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a text, and the rules that matched all of it; none in most."""

    text: str
    hits: tuple[Hit, ...] = ()


def marked(text: str, hits: Sequence[Hit]) -> tuple[Stretch, ...]:
    """A text cut where matches begin and end; joined, the pieces are the text.

    Args:
        text: As its author wrote it.
        hits: Offsets count its code points. Any that lie outside, as of a text that was cut since,
            mark what is left of them.
    """
    edges = sorted(
        {
            0,
            len(text),
            *(min(max(edge, 0), len(text)) for hit in hits for edge in (hit.start, hit.end)),
        }
    )
    return tuple(
        Stretch(
            text[begin:end],
            tuple(hit for hit in hits if hit.start <= begin and end <= hit.end),
        )
        for begin, end in pairwise(edges)
    )
