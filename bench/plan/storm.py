"""Everybody comes back at once: how long until all see again, and what the others feel of it.

One node's share of the storm is simulated in steps of ten milliseconds. A viewer who lost the
connection waits as it was told (`bye`) or, after a crash, by full jitter; a node lets so many in a
second, tells the others to come again later, and spends what is left on those who watch.
"""

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from random import Random

from bench.plan.costs import Costs

STEP_S = 0.01
BURST_S = 0.1  # of what the door lets in, at once
GIVE_UP_S = 600.0


@dataclass(frozen=True, slots=True)
class Storm:
    """What happens.

    Attributes:
        watching: Viewers whom this node keeps.
        returning: Viewers who come to it.
        window_s: The goodbye spreads them over so long; 0: a crash, nobody was told anything.
        accepts_per_s: It lets so many in; others get 503 and wait longer.
        frames_per_s: What each viewer is sent meanwhile.
        backoff_s: First and longest wait of a client that was turned away.
    """

    watching: int
    returning: int
    window_s: float
    accepts_per_s: float
    frames_per_s: float
    backoff_s: tuple[float, float] = (0.5, 20.0)


@dataclass(frozen=True, slots=True)
class Course:
    """What came of it.

    Attributes:
        back: (second, share of the returning who watch again).
        load: (second, share of the core that was asked for; above 1 everything is late).
        back_s: When the last one watched again.
        overload_s: For how long more was asked for than a core gives.
        turned_away: How often somebody was told to come later.
    """

    back: list[tuple[float, float]]
    load: list[tuple[float, float]]
    back_s: float
    overload_s: float
    turned_away: int


def simulated(storm: Storm, costs: Costs, *, seed: int) -> Course:
    """Let them come."""
    chance = Random(seed)
    tries = [(_first_s(storm, chance), 0) for _ in range(storm.returning)]
    heapify(tries)
    back, load = [(0.0, 0.0)], [(0.0, 0.0)]
    inside, turned_away, overload_s, tokens, at_s = 0, 0, 0.0, 0.0, 0.0
    backlog_s = 0.0  # work that was asked for and not done
    burst = max(1.0, storm.accepts_per_s * BURST_S)
    while inside < storm.returning and at_s < GIVE_UP_S:
        at_s += STEP_S
        tokens = min(tokens + storm.accepts_per_s * STEP_S, burst)
        came = 0
        while tries and tries[0][0] <= at_s:
            _, attempt = heappop(tries)
            if tokens >= 1:
                tokens -= 1
                came += 1
            else:
                turned_away += 1
                heappush(tries, (at_s + _wait_s(storm, attempt, chance), attempt + 1))
        inside += came
        asked_s = came * (costs.handshake_us + costs.catch_up_us) / 1e6
        asked_s += (storm.watching + inside) * storm.frames_per_s * costs.send_us / 1e6 * STEP_S
        backlog_s = max(0.0, backlog_s + asked_s - STEP_S)
        overload_s += STEP_S if backlog_s > 0 else 0.0
        back.append((at_s, inside / storm.returning))
        load.append((at_s, asked_s / STEP_S))
    return Course(back, load, at_s, overload_s, turned_away)


def _first_s(storm: Storm, chance: Random) -> float:
    first_s = storm.backoff_s[0]
    return chance.uniform(0, storm.window_s or first_s)


def _wait_s(storm: Storm, attempt: int, chance: Random) -> float:
    first_s, longest_s = storm.backoff_s
    return chance.uniform(0, min(longest_s, first_s * 2 ** (attempt + 1)))
