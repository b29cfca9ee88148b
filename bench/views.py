"""What a log of frames says: viewers' events for the checker, receipts of batches for the clock.

A run has millions of rows and a few thousand distinct contents. Each content is decoded once, and
the rows are only ever counted, sorted and cut by whole columns. Viewers who were told the very same
are judged once, in each other's name: that is a matter of time, not of sampling.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import orjson
from numpy.typing import NDArray

from bench.audience import Log, Payload
from bench.checker import Batch, Event, Fields, Joined, Reset
from bench.frames import RSV1, inflated
from bench.latency import Delivery
from bench.messages import batch_of, control_in
from bench.seating import Place, Return
from danmaku.conformance.encodings import Dialect, decoded

_DIALECTS = {dialect: code for code, dialect in enumerate(Dialect)}
_BATCHES = frozenset({"entries", "skipped"})
_NOTHING = -1

Column = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Welcome:
    """The answer to a hello."""

    top: int
    epoch: str


@dataclass(frozen=True, slots=True)
class Control:
    """What everybody is told of an emergency control.

    Attributes:
        until_ms: When it ends; tells it from others.
    """

    until_ms: int


Meaning = Welcome | Batch | Reset | Control


class Views:
    """A log, read.

    Args:
        log: All that came.
        places: Kind and room of each viewer, by number.
        returns: With what each viewer came back, in order; those who never left are not in it.

    Raises:
        ValueError: A payload is not of the dialect that was agreed on.
    """

    def __init__(
        self, log: Log, places: Sequence[Place], returns: Mapping[int, Sequence[Return]]
    ) -> None:
        self._places = places
        self._returns = returns
        viewers = np.frombuffer(log.viewers, np.uint32).astype(np.int64)
        at_ns = np.frombuffer(log.at_ns, np.uint64).astype(np.int64)
        payloads = np.frombuffer(log.payloads, np.uint32).astype(np.int64)
        spoken = np.array([_DIALECTS[place.kind.dialect] for place in places], np.int64)
        distinct, contents = np.unique(
            payloads * len(_DIALECTS) + spoken[viewers], return_inverse=True
        )
        self._meanings: list[Meaning] = []
        canonical = self._canonical(log.contents, distinct)
        sizes = np.array([len(log.contents[key // len(_DIALECTS)].data) for key in distinct])
        said = canonical[contents] if len(distinct) else contents
        tells = said != _NOTHING
        self._viewers, self._said, self._at_ns = viewers[tells], said[tells], at_ns[tells]
        self._sizes = sizes[contents][tells] if len(distinct) else contents
        by_viewer = np.argsort(self._viewers, kind="stable")
        self._heard = self._said[by_viewer]
        self._cuts = np.searchsorted(self._viewers[by_viewer], np.arange(len(places) + 1))

    @property
    def epoch(self) -> str:
        """The record's, as viewers were told; empty if nobody was welcomed."""
        return next((m.epoch for m in self._meanings if isinstance(m, Welcome)), "")

    def events_of(self, viewer: int) -> list[Event]:
        """What one viewer saw, as the checker takes it."""
        visits = iter((None, *(back.since for back in self._returns.get(viewer, ()))))
        events: list[Event] = []
        for said in self._slice(viewer):
            meaning = self._meanings[said]
            if isinstance(meaning, Welcome):
                events.append(Joined(next(visits, None), meaning.top))
            elif not isinstance(meaning, Control):
                events.append(meaning)
        return events

    def position_of(self, viewer: int) -> int:
        """Up to where a viewer has everything."""
        match self.events_of(viewer)[-1:]:
            case [Batch(upto=upto)]:
                return upto
            case [Reset(top=top)]:
                return top
            case [Joined(since=since, top=top)]:
                return top if since is None else since
            case _:
                return 0

    def by_room(self) -> dict[str, dict[str, list[Event]]]:
        """Events of all viewers; those who saw the same under one name that counts them."""
        alike: dict[tuple[str, tuple[Return, ...], bytes], list[int]] = defaultdict(list)
        for viewer, place in enumerate(self._places):
            returns = tuple(self._returns.get(viewer, ()))
            alike[place.room, returns, self._slice(viewer).tobytes()].append(viewer)
        rooms: dict[str, dict[str, list[Event]]] = defaultdict(dict)
        for (room, _, _), viewers in alike.items():
            name = f"viewer {viewers[0]} and {len(viewers) - 1} like it"
            rooms[room][name] = self.events_of(viewers[0])
        return rooms

    def deliveries(self, *, disturbed: NDArray[np.bool_]) -> Iterator[Delivery]:
        """Each distinct batch with all its receipts, those of disturbed viewers apart.

        Args:
            disturbed: By viewer: whether it was made to miss anything.
        """
        for meaning, rows in self._rows():
            if not isinstance(meaning, Batch):
                continue
            apart = disturbed[self._viewers[rows]]
            for is_disturbed in (False, True):
                chosen = rows[apart == is_disturbed]
                if len(chosen):
                    at_ns, sizes = self._at_ns[chosen], self._sizes[chosen]
                    yield Delivery(meaning, at_ns, int(sizes.sum()), is_disturbed=is_disturbed)

    def controls(self) -> Iterator[tuple[Control, Column]]:
        """When each control was told to whom."""
        for meaning, rows in self._rows():
            if isinstance(meaning, Control):
                yield meaning, self._at_ns[rows]

    def _rows(self) -> Iterator[tuple[Meaning, Column]]:
        """Each meaning, and where in the columns it stands."""
        order = np.argsort(self._said, kind="stable")
        cuts = np.searchsorted(self._said[order], np.arange(len(self._meanings) + 1))
        for said, meaning in enumerate(self._meanings):
            yield meaning, order[cuts[said] : cuts[said + 1]]

    def _slice(self, viewer: int) -> Column:
        heard: Column = self._heard[self._cuts[viewer] : self._cuts[viewer + 1]]
        return heard

    def _canonical(self, contents: Sequence[Payload], distinct: Column) -> Column:
        """For each distinct payload in its dialect the index of its meaning.

        What two dialects say of one range is one meaning: one event, looked into once.
        """
        dialects = list(_DIALECTS)
        indices: dict[object, int] = {}
        found = np.full(len(distinct), _NOTHING, np.int64)
        for place, key in enumerate(distinct.tolist()):
            message = message_of(contents[key // len(dialects)], dialects[key % len(dialects)])
            if (meaning := _meaning_of(message)) is None:
                continue
            name = _name_of(meaning)
            if name not in indices:
                indices[name] = len(self._meanings)
                self._meanings.append(meaning)
            found[place] = indices[name]
        return found


def message_of(payload: Payload, dialect: Dialect) -> Fields:
    """What a frame says.

    Raises:
        ValueError: It is not of that dialect.
    """
    data = inflated(payload.data) if payload.head & RSV1 else payload.data
    return decoded(dialect, data)


def _meaning_of(message: Fields) -> Meaning | None:
    """None: the checker has no use for it."""
    match message["op"]:
        case op if op in _BATCHES:
            return batch_of(message)
        case "welcome":
            return Welcome(cast("int", message["top"]), cast("str", message["epoch"]))
        case "reset":
            return Reset(cast("int", message["top"]))
        case _:
            until_ms = control_in(message)
            return None if until_ms is None else Control(until_ms)


def _name_of(meaning: Meaning) -> object:
    if isinstance(meaning, Batch):
        entries = orjson.dumps(meaning.entries, option=orjson.OPT_SORT_KEYS)
        return meaning.after, meaning.upto, meaning.skipped, meaning.left_out, entries
    return meaning
