"""Several runs of one thing as one outcome: a value a round in each figure."""

from collections.abc import Sequence

from bench.outcome import Figure, Outcome


def merged(rounds: Sequence[Outcome]) -> Outcome:
    """Put the rounds of one scenario or bench together, in their order.

    A figure that one of them could not give is left out: its values would stand at other rounds
    than those of its neighbours. A goal that one round missed is judged anew over all of them.
    Curves are the last round's; the seed and the time the first's.

    Args:
        rounds: At least one; all of one name.
    """
    first, last = rounds[0], rounds[-1]
    if len(rounds) == 1:
        return first
    figures = {
        name: _joined(name, rounds)
        for name in first.figures
        if all(name in each.figures for each in rounds)
    }
    judged_anew = tuple(name for name, figure in figures.items() if figure.goal is not None)
    return Outcome(
        kind=first.kind,
        name=first.name,
        title=first.title,
        environment=first.environment,
        seed=first.seed,
        figures=figures,
        curves=last.curves,
        findings=_told([each.findings for each in rounds]),
        failures=_told(
            [[f for f in each.failures if not f.startswith(judged_anew)] for each in rounds]
        ),
        notes=[f"{len(rounds)} rounds", *_told([each.notes for each in rounds])],
        details={f"round {n}": each.details for n, each in enumerate(rounds, start=1)},
    )


def _joined(name: str, rounds: Sequence[Outcome]) -> Figure:
    figure = rounds[0].figures[name]
    values = [value for each in rounds for value in each.figures[name].values]
    return Figure(values, figure.unit, figure.better, figure.goal)


def _told(texts: Sequence[Sequence[str]]) -> list[str]:
    return [f"round {n}: {text}" for n, said in enumerate(texts, start=1) for text in said]
