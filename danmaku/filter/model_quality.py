"""How good a model is on decisions that it has not seen."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from danmaku.filter.learned import Band, Linear
from danmaku.filter.model_card import Quality


class Labelled(NamedTuple):
    """A text as a model sees it, and what people made of it."""

    letters: str
    is_bad: bool


def quality_of(linear: Linear, texts: Sequence[Labelled]) -> Quality:
    """Measure a model.

    Args:
        linear: What scores.
        texts: Good ones and bad ones, none too short for a model.
    """
    opinions = [(linear.opinion(one.letters), one.is_bad) for one in texts]
    scores = [(score, is_bad) for (_, score), is_bad in opinions if score is not None]
    bad = sum(is_bad for _, is_bad in opinions)
    good = len(opinions) - bad
    flagged = [is_bad for (band, _), is_bad in opinions if band is not Band.PASS]
    held = [is_bad for (band, _), is_bad in opinions if band is Band.HOLD]
    hit, false = sum(flagged), len(flagged) - sum(flagged)
    missed, right = bad - hit, good - false
    f1 = _share(2 * hit, 2 * hit + false + missed)
    return Quality(
        texts=len(opinions),
        bad=bad,
        accuracy=_share(hit + right, len(opinions)),
        precision=_share(hit, len(flagged)),
        recall=_share(hit, bad),
        f1=f1,
        macro_f1=(f1 + _share(2 * right, 2 * right + false + missed)) / 2,
        auc=_auc(scores),
        flagged=_share(len(flagged), len(opinions)),
        held=_share(len(held), len(opinions)),
        wrongly_held=_share(len(held) - sum(held), good),
        caught=_share(sum(held), bad),
    )


def share_held(linear: Linear, texts: Iterable[str]) -> float:
    """Which share of texts a model would hold; 0 of none."""
    bands = [linear.opinion(text).band for text in texts]
    return _share(bands.count(Band.HOLD), len(bands))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _auc(scores: Iterable[tuple[float, bool]]) -> float:
    """How often a bad one scores higher than a good one; equal scores count half."""
    good = bad = 0
    won = 0.0
    for _, equals in groupby(sorted(scores), key=lambda pair: pair[0]):
        kinds = [is_bad for _, is_bad in equals]
        bad_here, good_here = sum(kinds), len(kinds) - sum(kinds)
        won += bad_here * (good + good_here / 2)
        good, bad = good + good_here, bad + bad_here
    return won / (good * bad) if good and bad else 0.0
