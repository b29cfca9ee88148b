"""What a contestant is: how it comes up, how one watches it, and how one speaks to it."""

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from bench.audience import Knock, Payload
from bench.frames import RSV1, inflated

PAYLOAD_BYTES = 120
"""What a message says takes so many bytes, its number included."""

_NUMBER = re.compile(rb"@(\d{8})@")
_FILLER = "前方高能预警大家快看吧"


class Lack(StrEnum):
    """What our server does for each message and a peer does not."""

    RECORD = "durable record"
    FILTER = "filter"
    ORDER = "numbered order"
    RESUME = "resume"


EVERYTHING = tuple(Lack)


class AbsentError(RuntimeError):
    """A contestant cannot take part on this machine; says why."""


class Running(Protocol):
    """A contestant that is up."""

    @property
    def pids(self) -> list[int]:
        """Its processes: their processor time and memory count."""

    @property
    def rooms(self) -> int:
        """How many are open."""

    @property
    def in_flight_max(self) -> int | None:
        """Messages that one speaker may have under way; None: as many as it likes."""

    @property
    def speakers_hear(self) -> bool:
        """Whether a speaker gets every message too."""

    def watcher(self, room: int = 0) -> Knock:
        """How a viewer comes in; room 0 is the one where something is said."""

    def speaker(self, n: int) -> Knock:
        """How the publisher's connection `n` comes in."""

    def said(self, number: int) -> bytes:
        """The frame that publishes a message."""

    def commit_ms(self, share: float) -> float | None:
        """Upper bound of that share of its commits; None: it makes none, or none can be told."""

    def stop(self) -> None:
        """End it and wait until its port is free."""


class Contestant(Protocol):
    """A server that may take part."""

    @property
    def name(self) -> str:
        """As in the table."""

    @property
    def lacks(self) -> Sequence[Lack]:
        """What it does not do."""

    @property
    def notes(self) -> str:
        """What a reader must know to judge its figures fairly."""

    def install(self) -> None:
        """Get what it needs, once.

        Raises:
            AbsentError: It cannot be had here.
        """

    def start(self, folder: Path, *, core: int | None, rooms: int = 1) -> Running:
        """Bring it up on one processor, with an empty folder of its own.

        Args:
            folder: For its log and whatever else it writes.
            core: None: wherever the system likes.
            rooms: How many are open; who knows no rooms has one.

        Raises:
            AbsentError: It is not installed.
            RuntimeError: It does not come up; with the end of its log.
        """


def text_of(number: int) -> str:
    """What message `number` says: `PAYLOAD_BYTES` bytes, and no filter minds."""
    head = f"@{number:08}@"
    room = PAYLOAD_BYTES - len(head)
    characters = room // len("前".encode())
    repeated = _FILLER * (characters // len(_FILLER) + 1)
    return head + repeated[:characters] + "." * (room % len("前".encode()))


def numbers_of(payload: Payload) -> tuple[int, ...]:
    """Which messages a frame carries, in their order, whatever is wrapped around them."""
    data = inflated(payload.data) if payload.head & RSV1 else payload.data
    return tuple(int(number) for number in _NUMBER.findall(data))
