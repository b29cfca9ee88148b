"""What the command line calls: choose, install, play, and write the page.

`quick()` and `full()` of contests.py say what there is to play.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from bench.contest.contestant import AbsentError, Contestant
from bench.contest.figures import Contest, outcome_of
from bench.contest.rounds import Schedule, Step, play
from bench.outcome import Outcome, environment


def chosen(
    contests: Iterable[Contest], *, only: Collection[str] = (), workloads: Collection[str] = ()
) -> list[Contest]:
    """Some of the contests, with some of the contestants; nothing named means all.

    Args:
        contests: To choose from.
        only: Beginnings of contestants' names, in any case.
        workloads: Names.

    Raises:
        ValueError: A name fits nothing.
    """
    everything = list(contests)
    known = {c.workload.name for c in everything}
    if unknown := set(workloads) - known:
        raise ValueError(f"no workload {sorted(unknown)}; there are {sorted(known)}")
    names = {each.name for contest in everything for each in contest.field.contestants}
    if unknown := {word for word in only if not any(_fits(name, [word]) for name in names)}:
        raise ValueError(f"no contestant {sorted(unknown)}; there are {sorted(names)}")
    left = [
        _without(contest, {n.name for n in contest.field.contestants if not _fits(n.name, only)})
        for contest in everything
        if contest.workload.name in (workloads or known)
    ]
    return [contest for contest in left if contest.field.contestants]


def install(
    contests: Iterable[Contest], tell: Callable[[str], None]
) -> tuple[list[Contest], dict[str, str]]:
    """Get what the contestants need; leave out who cannot be had.

    Args:
        contests: Whose contestants are meant.
        tell: Hears each name before its turn.

    Returns:
        The contests without those, and why each is absent.
    """
    everything = list(contests)
    absent: dict[str, str] = {}
    everybody = {each.name: each for contest in everything for each in contest.field.contestants}
    for name, contestant in everybody.items():
        tell(name)
        if why := _absence(contestant):
            absent[name] = why
    return [_without(contest, absent) for contest in everything], absent


def run_contest(
    contest: Contest,
    schedule: Schedule,
    *,
    absent: dict[str, str],
    tell: Callable[[Step], None],
) -> Outcome:
    """Play one contest.

    Args:
        contest: Without those who are absent.
        schedule: How often at most, in which order, on which processors.
        absent: Who is not there, and why: it is said in the outcome.
        tell: Hears each step before it is taken.
    """
    rounds = max(1, round(schedule.rounds * contest.rounds_share))
    turns = play(contest.field, contest.workload, replace(schedule, rounds=rounds), tell)
    notes = [f"{name} is absent: {why}" for name, why in absent.items()]
    return outcome_of(contest, turns, environment(), seed=schedule.seed, notes=notes)


def _absence(contestant: Contestant) -> str:
    try:
        contestant.install()
    except AbsentError as error:
        return str(error)
    return ""


def _fits(name: str, words: Collection[str]) -> bool:
    return not words or any(name.lower().startswith(word.lower()) for word in words)


def _without(contest: Contest, names: Collection[str]) -> Contest:
    """The contest without some of its contestants, and without goals that concern them."""
    left: Sequence[Contestant] = [
        each for each in contest.field.contestants if each.name not in names
    ]
    goals = [
        goal for goal in contest.goals if goal.contestant not in names and goal.against not in names
    ]
    return replace(contest, field=replace(contest.field, contestants=left), goals=goals)
