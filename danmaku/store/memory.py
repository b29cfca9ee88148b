"""What the writer knows without asking: since nobody else writes, or since it never changes.

It holds only what a transaction left behind that is known to be committed: it is taught after
COMMIT, and forgets everything when an outcome is open. So a transaction that is rolled back cannot
leave anything here that is not in the tables.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from danmaku.domain.ids import AccountId, Number, Pseudonym, RoomId, Seq

Key = TypeVar("Key")
Value = TypeVar("Value")


class ChainHead(msgspec.Struct, frozen=True):
    """Where a chain stands."""

    top: Seq
    number_top: Number
    version: Seq  # seq of the entry that set the room's state or words
    link: bytes


class Recent(Generic[Key, Value]):
    """The values that were used last, up to a bound.

    Args:
        values_max: How many are kept; with 0 it knows nothing, ever.
    """

    def __init__(self, values_max: int) -> None:
        self._values_max = values_max
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def recall(self, wanted: Iterable[Key], found: dict[Key, Value]) -> list[Key]:
        """Add what is known of the wanted to `found`; give the keys of which nothing is."""
        unknown = []
        for key in wanted:
            if (value := self._values.get(key)) is None:
                unknown.append(key)
            else:
                found[key] = value
        return unknown

    def learn(self, values: Mapping[Key, Value]) -> None:
        """Keep these, for the longest-unused ones if need be."""
        for key, value in values.items():
            self._values[key] = value
            self._values.move_to_end(key)
        while len(self._values) > self._values_max:
            self._values.popitem(last=False)

    def forget(self) -> None:
        """Know nothing any more."""
        self._values.clear()


@dataclass(frozen=True, slots=True)
class Memory:
    """See the module. Belongs to the writer's thread."""

    chains: Recent[RoomId, ChainHead]
    pseudonyms: Recent[tuple[RoomId, AccountId], Pseudonym]
    versions: Recent[AccountId, Seq]

    @classmethod
    def of(cls, values_max: int) -> "Memory":
        """Make one that keeps so many of each."""
        return cls(Recent(values_max), Recent(values_max), Recent(values_max))

    @classmethod
    def among_others(cls, values_max: int) -> "Memory":
        """Make one for a record that others write to as well: it keeps what never changes."""
        return cls(Recent(0), Recent(values_max), Recent(0))

    def forget(self) -> None:
        """Ask the tables again from here on."""
        for recent in (self.chains, self.pseudonyms, self.versions):
            recent.forget()
