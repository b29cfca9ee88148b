"""A workload for all contestants, round after round, with the yardstick between any two of them.

What the machine does beside us changes from minute to minute: a run is held against the yardstick's
runs right before and right after it, and the order is drawn anew in each round.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from bench.contest.contestant import Contestant
from bench.contest.run import Cores, Measured, measure
from bench.contest.workload import Workload


@dataclass(frozen=True, slots=True)
class Step:
    """What is about to be run.

    Attributes:
        done, total: Runs of this workload.
    """

    workload: str
    contestant: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One run and the yardstick beside it.

    Attributes:
        plain: Means of the yardstick's two runs beside this one, by measure; without those of
            which one failed.
    """

    round: int
    contestant: str
    measured: Measured
    plain: dict[str, float]


@dataclass(frozen=True, slots=True)
class Field:
    """Who takes part.

    Attributes:
        yardstick: Runs between all the others; its own turns are kept as well.
    """

    yardstick: Contestant
    contestants: Sequence[Contestant]


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often, in which order, and where.

    Attributes:
        seed: Of the order within each round.
    """

    rounds: int
    seed: int
    cores: Cores


def play(
    field: Field, workload: Workload, schedule: Schedule, tell: Callable[[Step], None]
) -> list[Turn]:
    """Carry all rounds out."""
    random, turns = Random(schedule.seed), list[Turn]()
    a_round = 2 * len(field.contestants) + 1
    for number in range(schedule.rounds):
        drawn = random.sample(field.contestants, len(field.contestants))
        order = [field.yardstick]
        for contestant in drawn:
            order += [contestant, field.yardstick]
        results = list[Measured]()
        for place, contestant in enumerate(order):
            done = number * a_round + place
            tell(Step(workload.name, contestant.name, done, schedule.rounds * a_round))
            results.append(measure(contestant, workload, schedule.cores))
        turns += _turns(number, field.yardstick, drawn, results)
    return turns


def _turns(
    number: int,
    yardstick: Contestant,
    drawn: Sequence[Contestant],
    results: Sequence[Measured],
) -> list[Turn]:
    plain = [Turn(number, yardstick.name, result, {}) for result in results[::2]]
    others = [
        Turn(number, contestant.name, result, _mean(*beside))
        for contestant, result, beside in zip(
            drawn, results[1::2], pairwise(results[::2]), strict=True
        )
    ]
    return plain + others


def _mean(before: Measured, after: Measured) -> dict[str, float]:
    if before.findings or after.findings:
        return {}
    return {name: (before.values[name] + after.values[name]) / 2 for name in before.values}
