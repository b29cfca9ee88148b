"""What one node costs, as measured: the only numbers that a plan stands on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor time and bytes of one core of the machine that was measured.

    The defaults are the medians of docs/benchmarks.md; another machine has others, and what
    counts is what they make of each other.

    Attributes:
        send_us: One frame to one viewer.
        comment_us: One comment on the node that takes it, from admission to acknowledgement.
        follow_us: One comment on a node that hears of it over the bus.
        commit_ms: One group commit, its fsync included.
        hop_ms: One way over the network between two machines.
        publish_us: One message to one subscriber, on the bus's one thread.
        handshake_us: One viewer who comes.
        catch_up_us: What a viewer missed, from the ring, sent to that one alone.
        viewer_kib: Memory of a viewer who only listens.
        entry_bytes: One comment in a frame.
        gather_ms_max: Longest that a busy room gathers.
        gather_flights: It gathers so many times as long as writing takes.
        turn_ms: What else a node does holds a frame up by so much, at most.
        flight_ms: Writing to all of this many viewers' sockets is never quicker.
    """

    send_us: float = 7.0
    comment_us: float = 490.0
    follow_us: float = 175.0
    commit_ms: float = 4.0
    hop_ms: float = 0.5
    publish_us: float = 2.0
    handshake_us: float = 222.0
    catch_up_us: float = 40.0
    viewer_kib: float = 3.0
    entry_bytes: float = 130.0
    gather_ms_max: float = 50.0
    gather_flights: int = 6
    turn_ms: float = 2.0
    flight_ms: float = 0.1
