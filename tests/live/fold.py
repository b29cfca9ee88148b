"""What a page shows after a list and the entries that followed it: the other half of the promise.

The same fold that a browser does, in the fewest words: a list of numbered comments and markers. Two
readers agree when their folds are equal.
"""

from collections.abc import Iterable
from typing import cast

from bench.checker import Batch, Fields

_OF_THE_ENTRY = frozenset({"kind", "seq"})
_OF_THE_PLACE = ("number", "at_ms", "position_ms")


class Fold:
    """Comments and markers by number.

    Attributes:
        items: What is shown, by number.
    """

    def __init__(self, listed: Iterable[Fields] = ()) -> None:
        self.items: dict[int, Fields] = {}
        self.read(listed)

    def read(self, listed: Iterable[Fields]) -> None:
        """Take a part of the static list as it is now."""
        for item in listed:
            self._show(item)

    def apply(self, batch: Batch) -> None:
        """Take what came over the socket."""
        for entry in batch.entries:
            match entry["kind"]:
                case "comment" | "marker" | "restore":
                    self._show(entry)
                case "recall":
                    self._recall(entry)

    def _show(self, item: Fields) -> None:
        number = cast("int", item["number"])
        kind = "marker" if item["kind"] == "marker" else "comment"
        shown = {key: value for key, value in item.items() if key not in _OF_THE_ENTRY}
        self.items[number] = {"kind": kind, **shown}

    def _recall(self, entry: Fields) -> None:
        """Empty a comment; one that is not on this page is nobody's business here."""
        number = cast("int", entry["number"])
        if (item := self.items.get(number)) is None:
            return
        place = {key: item[key] for key in _OF_THE_PLACE if key in item}
        told = {"by": entry["by"], "category": entry["category"]}
        self.items[number] = {"kind": "marker", **place, **told}
