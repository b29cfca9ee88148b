"""The filter's look at one text, by what there is to find."""

from collections.abc import Callable
from itertools import cycle
from random import Random

from bench.micro.clock import cpu_us
from bench.micro.samples import texts
from bench.outcome import Figure
from bench.rules import rule_file
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.screen import Screen

RULES = 1000
LOOK_US_MAX = 50.0
_SET = 200  # texts that take turns, so that none is at hand each time
_GAPS = ("*", "~", "|", "\u200b", "·", "❤")  # a space alone is no evasion, but how people write


def figures(seed: int) -> dict[str, Figure]:
    """Microseconds of one look with 1,000 rules."""
    screen = Screen(parse_rules(rule_file(RULES)))
    random = Random(seed)
    words = [word for rule in screen.ruleset.rules for word in rule.words]
    plain = random.choices(texts(), k=_SET)
    sets = {
        "nothing to find": plain,
        "a hit": [_with(text, random.choice(words), random) for text in plain],
        "an evasion": [_with(text, _apart(random.choice(words), random), random) for text in plain],
    }
    _expect(screen, sets)
    works = {name: _looking(screen, said) for name, said in sets.items()}
    return {
        f"filter / {name}": Figure(values, "us", goal=LOOK_US_MAX)
        for name, values in cpu_us(works).items()
    }


def _with(text: str, word: str, random: Random) -> str:
    place = random.randint(0, len(text))
    return text[:place] + word + text[place:]


def _apart(word: str, random: Random) -> str:
    """Set the letters of a word apart, as people do who know that there is a filter."""
    return random.choice(_GAPS).join(word)


def _looking(screen: Screen, said: list[str]) -> Callable[[], object]:
    turns = cycle(said)
    return lambda: screen.inspect(next(turns))


def _expect(screen: Screen, sets: dict[str, list[str]]) -> None:
    """Measure nothing but what the name says.

    Raises:
        RuntimeError: A text is found in which there is nothing, or the other way round.
    """
    for name, said in sets.items():
        found = sum(bool(screen.inspect(text).hits) for text in said)
        if found != (0 if name == "nothing to find" else len(said)):
            raise RuntimeError(f"filter, {name}: hits in {found} of {len(said)} texts")
