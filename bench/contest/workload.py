"""What the contestants must do, as data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beat:
    """An open loop: messages leave at even moments, whatever the server does meanwhile."""

    per_s: float


@dataclass(frozen=True, slots=True)
class Window:
    """A closed loop: so many messages are under way at any moment, as fast as they come back."""

    in_flight: int


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing is said: viewers come and stay."""


@dataclass(frozen=True, slots=True)
class Workload:
    """One kind of load.

    Attributes:
        viewers: In the room where something is said.
        seconds: That are measured.
        warm_s: Before them, not measured: a compiler at run time needs a second to get going.
        quiet_rooms: Further rooms that are open, with one viewer each; peers have none.
    """

    name: str
    title: str
    viewers: int
    pace: Beat | Window | Silence
    seconds: float = 3.0
    warm_s: float = 1.5
    quiet_rooms: int = 0


def beat(viewers: int, per_s: float) -> Workload:
    """Viewers and messages a second, under a name that says both."""
    title = f"{viewers:,} viewers, {per_s:g} messages a second"
    return Workload(f"{viewers}x{per_s:g}", title, viewers, Beat(per_s))


def window(viewers: int, in_flight: int) -> Workload:
    """As fast as it goes."""
    title = f"{viewers:,} viewers, {in_flight} messages under way at any moment"
    return Workload(f"saturation-{in_flight}", title, viewers, Window(in_flight))


def silence(viewers: int) -> Workload:
    """Coming and staying."""
    return Workload(f"idle-{viewers}", f"{viewers:,} viewers who come and stay", viewers, Silence())


def among_rooms(rooms: int) -> Workload:
    """1,000 viewers and 50 messages a second in one room, and further rooms that are open."""
    title = f"1,000 viewers, 50 messages a second, {rooms:,} rooms open"
    return Workload(f"rooms-{rooms}", title, 1000, Beat(50), quiet_rooms=rooms - 1)
