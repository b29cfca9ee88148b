"""Judges recalls by the clock: soon after one was acknowledged, nobody is given its text any more.

The record as it stands in the end cannot tell when anybody was shown what; this looks at moments,
and at whatever was given out: sockets, pages, files, caches. Pure, as the checker.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from bench.checker import Batch, Event, Finding, Law

GRACE_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Recalled:
    """A recall that was acknowledged, of a text that occurs nowhere else in the run.

    Attributes:
        restored_ns: When somebody asked for it to come back; None: nobody did.
    """

    text: str
    acked_ns: int
    restored_ns: int | None = None

    def forbids(self, at_ns: int, grace_ns: int) -> bool:
        """Whether the text may not be given out then."""
        is_back = self.restored_ns is not None and at_ns >= self.restored_ns
        return at_ns > self.acked_ns + grace_ns and not is_back


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that was given out.

    Attributes:
        where: To whom, or at which address.
        at_ns: When it came over a socket, or when a page or file was asked for.
        content: All that it said.
    """

    where: str
    at_ns: int
    content: str


def shown_too_late(
    recalls: Iterable[Recalled], showings: Sequence[Shown], grace_ns: int = GRACE_NS
) -> list[Finding]:
    """Every text that was given out after its recall.

    Args:
        recalls: Acknowledged ones.
        showings: Everything that anybody was given.
        grace_ns: How long it may still be, for what was on its way.
    """
    return [
        Finding(Law.SHOWN_AFTER_RECALL, shown.where, recall.text)
        for recall in recalls
        for shown in showings
        if recall.forbids(shown.at_ns, grace_ns) and recall.text in shown.content
    ]


def shown_to(viewer: str, events: Sequence[Event], heard_ns: Sequence[int]) -> Iterator[Shown]:
    """The texts that came to a viewer, and when."""
    for event, at_ns in zip(events, heard_ns, strict=True):
        if isinstance(event, Batch):
            for entry in event.entries:
                yield Shown(viewer, at_ns, cast("str", entry.get("text", "")))
