"""Texts that are loud and say nothing: one sign over and over."""

from itertools import groupby


def is_shouting(text: str, *, length_min: int, run_max: int, distinct_ratio_min: float) -> bool:
    """Whether a text is long, and mostly the same.

    Args:
        text: As typed; spaces shout, too.
        length_min: A shorter text is laughter, and never shouts; nor does an empty one.
        run_max: Longest row of one sign that is no shouting.
        distinct_ratio_min: Least share of different signs.
    """
    if len(text) < max(length_min, 1):
        return False
    longest = max(len(list(run)) for _, run in groupby(text))
    return longest > run_max or len(set(text)) / len(text) < distinct_ratio_min
