"""What the filter is measured with: word lists of any size, and comments.

The words are made up, seven in eight of ideographs and the rest of Latin letters, so that a list of
any length can be had, and none of it says anything.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

from bench.micro.samples import texts
from danmaku.filter.rules import Action, Contact, Klass, Reading, Rule, Ruleset
from danmaku.filter.tables import tables

LENGTHS = (2, 3, 3, 4, 4, 5, 6, 8)
LATIN_LENGTHS = range(4, 11)
HAN_SHARE = 0.875
PLAIN = Reading(variants=False)
CONTACTS = tuple(one for one in Contact if one not in (Contact.IPV4, Contact.DIGITS))


def words(count: int, *, seed: int) -> tuple[str, ...]:
    """Words that nobody says, none twice."""
    random = Random(seed)
    han = list(tables().readings)
    found: dict[str, None] = {}
    while len(found) < count:
        if random.random() < HAN_SHARE:
            found["".join(random.choices(han, k=random.choice(LENGTHS)))] = None
        else:
            letters = random.choices("abcdefghijklmnopqrstuvwxyz", k=random.choice(LATIN_LENGTHS))
            found["".join(letters)] = None
    return tuple(found)


def ruleset_of(listed: Sequence[str], *, free: int = 0, contacts: bool = False) -> Ruleset:
    """Rules as a house has them: a long list, some words read freely, contacts.

    Args:
        listed: The words.
        free: How many of them are read freely.
        contacts: Whether contacts are looked for, too.
    """
    rules = [Rule("list", "list", Klass.HOUSE, Action.MASK, tuple(listed), reading=PLAIN)]
    if free:
        rules.append(Rule("free", "free", Klass.HOUSE, Action.MASK, tuple(listed[:free])))
    if contacts:
        rules.append(Rule("contact", "contact", Klass.HOUSE, Action.HOLD, contacts=CONTACTS))
    return Ruleset(f"{len(listed)}-{free}-{contacts}", tuple(rules))


def comments(path: Path | None) -> list[str]:
    """Comments to look at: JSON lines with `x` or `text`, or the demo's own."""
    if path is None:
        return texts()
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [row.get("text", row.get("x", "")) for row in rows]


def with_hits(said: Sequence[str], listed: Sequence[str], *, seed: int) -> list[str]:
    """Each comment with one of the words in it."""
    random = Random(seed)
    hit = []
    for text in said:
        at = random.randint(0, len(text))
        hit.append(f"{text[:at]} {random.choice(listed)} {text[at:]}")
    return hit
