"""From the turns of a contest to what is kept: figures by contestant, ratios, and goals."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench.contest.contestant import Contestant
from bench.contest.rounds import Field, Turn
from bench.contest.workload import Workload
from bench.outcome import Environment, Figure, Outcome

PER_DELIVERY = "us per delivery"
PER_FRAME = "us per frame"
DELIVERIES = "deliveries per s"
P50, P99 = "p50 ms", "p99 ms"
TIMES_C = "x C"
CORE = "core %"
HANDSHAKE, MEMORY = "handshake us", "KiB a viewer"

_UNITS = {
    PER_DELIVERY: "us",
    PER_FRAME: "us",
    HANDSHAKE: "us",
    DELIVERIES: "1/s",
    P50: "ms",
    P99: "ms",
    "commit p50 ms": "ms",
    "commit p99 ms": "ms",
    MEMORY: "KiB",
    TIMES_C: "ratio",
    "deliveries a frame": "count",
    "bytes a frame": "bytes",
    CORE: "%",
}
_OVER = " over "
_HIGHER = {DELIVERIES, "deliveries a frame"}


@dataclass(frozen=True, slots=True)
class Goal:
    """What one contestant must reach in one measure.

    Attributes:
        against: The ratio to this contestant in the same round is meant; empty: the figure itself.
        limit: At most, or at least where more is better.
    """

    contestant: str
    measure: str
    limit: float
    against: str = ""

    @property
    def figure(self) -> str:
        """Name of the figure that carries it."""
        who = f"{self.contestant}{_OVER}{self.against}" if self.against else self.contestant
        return f"{who} / {self.measure}"


@dataclass(frozen=True, slots=True)
class Contest:
    """A workload, who takes part, and what must come of it.

    Attributes:
        ours: Names of the contestants that are ours: their faults, and the yardstick's, make the
            contest a failed one; those of peers are told.
        rounds_share: Part of the rounds that it gets: what is one of many points, or varies little,
            needs fewer.
    """

    workload: Workload
    field: Field
    goals: Sequence[Goal] = ()
    ours: frozenset[str] = frozenset()
    rounds_share: float = 1.0


def outcome_of(
    contest: Contest, turns: Sequence[Turn], where: Environment, *, seed: int, notes: Sequence[str]
) -> Outcome:
    """Put the turns of a contest into what is kept.

    Args:
        contest: That was played.
        turns: All of them, those of the yardstick too.
        where: Surroundings.
        seed: Of the order.
        notes: Who was absent, and the like.
    """
    good = [turn for turn in turns if not turn.measured.findings]
    faults = [
        (turn.contestant, f"{turn.contestant}, round {turn.round + 1}: {finding}")
        for turn in turns
        for finding in turn.measured.findings
    ]
    ours = contest.ours | {contest.field.yardstick.name}
    return Outcome(
        kind="contest",
        name=f"contest-{contest.workload.name}",
        title=contest.workload.title,
        environment=where,
        seed=seed,
        figures=_figures(contest, good),
        findings=[text for name, text in faults if name not in ours],
        failures=[text for name, text in faults if name in ours],
        notes=[*notes, *_strains(turns)],
        details={
            contestant.name: {"lacks": list(contestant.lacks), "notes": contestant.notes}
            for contestant in _everybody(contest.field)
        },
    )


def _figures(contest: Contest, good: Sequence[Turn]) -> dict[str, Figure]:
    goals = {goal.figure: goal.limit for goal in contest.goals}
    columns: dict[str, list[float]] = defaultdict(list)
    for contestant in _everybody(contest.field):
        for turn in good:
            if turn.contestant != contestant.name:
                continue
            for measure, value in turn.measured.values.items():
                columns[f"{contestant.name} / {measure}"].append(value)
            if plain := turn.plain.get(PER_DELIVERY):
                times = turn.measured.values[PER_DELIVERY] / plain
                columns[f"{contestant.name} / {TIMES_C}"].append(times)
    for goal in contest.goals:
        if goal.against:
            columns[goal.figure] = _ratios(goal, contest.field.yardstick, good)
    return {
        name: _figure(name, values, goals.get(name)) for name, values in columns.items() if values
    }


def _figure(name: str, values: list[float], goal: float | None) -> Figure:
    who, _, measure = name.partition(" / ")
    unit = "ratio" if is_ratio_of_two(who) else _UNITS[measure]
    better: Literal["lower", "higher"] = "higher" if measure in _HIGHER else "lower"
    return Figure(values, unit, better, goal)


def is_ratio_of_two(who: str) -> bool:
    """Whether the first part of a figure's name says that it holds two contestants together."""
    return _OVER in who


def _ratios(goal: Goal, yardstick: Contestant, good: Sequence[Turn]) -> list[float]:
    """One for each round in which both ran well; of the yardstick, the runs beside ours count."""
    rounds: dict[int, dict[str, Turn]] = defaultdict(dict)
    for turn in good:
        rounds[turn.round][turn.contestant] = turn
    ratios = []
    for turns in rounds.values():
        mine, other = turns.get(goal.contestant), turns.get(goal.against)
        if mine is None or other is None:
            continue
        beside = mine.plain if goal.against == yardstick.name else other.measured.values
        if below := beside.get(goal.measure):
            ratios.append(mine.measured.values[goal.measure] / below)
    return ratios


def _everybody(field: Field) -> list[Contestant]:
    return [field.yardstick, *field.contestants]


def _strains(turns: Sequence[Turn]) -> list[str]:
    """What is to be known of runs that count nevertheless: one line a contestant."""
    told: dict[str, list[str]] = defaultdict(list)
    for turn in turns:
        told[turn.contestant] += turn.measured.notes
    return [f"{name}, {len(notes)} runs: {notes[0]}" for name, notes in told.items() if notes]
