"""What a learned model adds to a look, as ratios to the same floor as every look.

The model is trained on the spot, on comments with labels drawn by lot: it is good for nothing, has
as many rows as a model may have, and costs what a good one costs.
"""

from collections.abc import Sequence
from random import Random

from bench.filter.material import ruleset_of, words
from bench.filter.ratios import Ratio
from bench.filter.slices import microseconds
from bench.filter.speed import FREE, MANY, TEXTS
from danmaku.cli.fitting import fit
from danmaku.filter.findings import Findings
from danmaku.filter.learned import Model, letters_of
from danmaku.filter.model_file import unpack_model
from danmaku.filter.normalize import scanned_of
from danmaku.filter.screen import Screen
from danmaku.filter.tables import tables
from danmaku.filter.training import Lesson, Lessons, trained

LETTERS = 20
MADE_UP = 20_000
"""Made-up texts beside the comments, so that there are rows enough whatever comments there are."""


def ratios(said: Sequence[str], seed: int) -> list[Ratio]:
    """Measure scores alone, and the whole filter with a model behind it."""
    listed = words(MANY, seed=seed)
    whole = Screen(ruleset_of(listed, free=FREE, contacts=True))
    model = model_by_lot(said, seed)
    clean = _clean(said, whole, seed)
    joined = letters_of("".join(clean))
    of_twenty = [joined[at : at + LETTERS] for at in range(0, len(joined) - LETTERS, LETTERS)]
    folding, find = tables().folded, Screen(ruleset_of(listed)).lexicon.matcher.find

    def floor(text: str) -> object:
        return find(text.translate(folding))

    def both(text: str) -> Findings:
        scanned = scanned_of(text)
        return model.held(whole.findings(scanned), text, model.linear.opinion(scanned.key))

    took = microseconds(
        {
            "floor of twenty": (floor, of_twenty),
            "score": (model.linear.score, of_twenty),
            "floor": (floor, clean),
            "both": (both, clean),
        }
    )
    rows = len(model.linear.weights.rows)
    return [
        Ratio(
            f"score of {LETTERS} letters that are scanned already / floor",
            took["score"] / took["floor of twenty"],
            2,
            f"{took['score']:.2f} us, {rows:,} rows",
        ),
        Ratio(
            "clean comment, all stages and a model / floor",
            took["both"] / took["floor"],
            8,
            f"{took['both']:.2f} us",
        ),
    ]


def model_by_lot(said: Sequence[str], seed: int) -> Model:
    """A model of as many rows as there can be, that knows nothing."""
    random, lessons = Random(seed), Lessons()
    for text in (*said, *words(MADE_UP, seed=seed)):
        lessons.add(Lesson(text, is_bad=random.choice((True, False)), source="lot"))
    return unpack_model(trained(lessons, fit, seed=seed))


def _clean(said: Sequence[str], screen: Screen, seed: int) -> list[str]:
    shuffled = Random(seed).sample(list(said), len(said))
    return [text for text in shuffled if text and not screen.hits(text)][:TEXTS]
