"""All micro-benches as one outcome."""

from collections.abc import Callable, Iterator

from bench.micro import admissions, codecs, commits, exports, looks, mixed, writes
from bench.outcome import Figure, Outcome, environment

Progress = Callable[[str], None]

_PARTS: dict[str, Callable[[int], dict[str, Figure]]] = {
    "filter": looks.figures,
    "admission": admissions.figures,
    "codec": codecs.figures,
    "the whole way out": writes.figures,
    "a mixed room": mixed.figures,
    "exports": exports.figures,
    "record": commits.figures,
    "record that servers share": commits.shared_figures,
}


def measured(seed: int, progress: Progress) -> Outcome:
    """Measure every part; about a minute on a machine that does nothing else.

    Args:
        seed: Of the texts that are drawn.
        progress: Called with the name of each part when it begins.
    """
    return Outcome(
        kind="micro",
        name="micro",
        title="Single parts: filter, admission, codec, exports, record",
        environment=environment(),
        seed=seed,
        figures=dict(_figures(seed, progress)),
        notes=commits.notes(),
    )


def _figures(seed: int, progress: Progress) -> Iterator[tuple[str, Figure]]:
    for name, figures in _PARTS.items():
        progress(name)
        yield from figures(seed).items()
