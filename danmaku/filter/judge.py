"""Cases in, verdicts out: how people test their own lists, and how the filter is measured.

The rule set that a case asks for is built for it, and kept for the next that asks for the same.
docs/filter.md lists the fields.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

import msgspec

from danmaku.filter.cases import (
    FREE,
    REACHED,
    STRICT,
    Case,
    Options,
    Row,
    edited,
    other_rules,
    term_of,
    word_rules,
)
from danmaku.filter.findings import Hit, leftmost_longest, masked
from danmaku.filter.normalize import fold
from danmaku.filter.rules import Action, Klass, Rule, Ruleset, version_of
from danmaku.filter.screen import Screen
from danmaku.filter.shouting import is_shouting
from danmaku.filter.variants import Kind

_T = TypeVar("_T")

Fields = Mapping[str, object]


class Scenario(NamedTuple):
    """How cases of events are judged.

    Attributes:
        verdicts_of: Gives the verdicts in their order.
        unsupported_in: Names what a case asks for in vain.
    """

    verdicts_of: Callable[[Fields], Sequence[str]]
    unsupported_in: Callable[[Fields], Sequence[str]]


SCREENS_MAX: Final = 256
_SHOUT_LENGTH, _SHOUT_RUN, _SHOUT_RATIO = 20, 12, 0.12


@dataclass(frozen=True, slots=True)
class Books:
    """The lists that cases may name: words and allowed phrases by the name of their list."""

    lexicons: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    whitelists: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Judge:
    """Judges case after case.

    Args:
        books: What cases may name.
        scenario: Judges cases of events; None: such cases are told to be unsupported.
    """

    def __init__(self, books: Books, scenario: Scenario | None = None) -> None:
        self._books = books
        self._scenario = scenario
        self._screen_of = lru_cache(maxsize=SCREENS_MAX)(self._build)

    def judge(self, fields: Fields) -> dict[str, object]:
        """Judge one case; where the case itself is wrong, `error` says so in place of a verdict."""
        told: dict[str, object] = {"id": fields.get("id")}
        try:
            told |= self._events(fields) if "events" in fields else self._verdict(fields)
        except (ValueError, msgspec.ValidationError) as error:
            told["error"] = f"{type(error).__name__}: {error}"
        return told

    def _events(self, fields: Fields) -> dict[str, object]:
        if self._scenario is None:
            return {"unsupported": ["events"]}
        verdicts = self._scenario.verdicts_of(fields)
        return {
            "verdicts": list(verdicts),
            "unsupported": list(self._scenario.unsupported_in(fields)),
        }

    def _verdict(self, fields: Fields) -> dict[str, object]:
        case = msgspec.convert(fields, Case)
        options = case.options or Options()
        named = fields.get("options")
        screen = self._screen_of(msgspec.json.encode((case.lexicon, case.whitelist, options)))
        hits = _chosen(screen.hits(case.text), case.text, options)
        shouts = options.asks_for_shouting and _shouts(case.text, options)
        strongest = max((hit.action for hit in hits), key=_weight, default=Action.PASS)
        kinds = [hit.kind.value for hit in hits]
        return {
            "hit": bool(hits) or shouts,
            "action": strongest.value,
            "category": next((hit.category for hit in hits if hit.action is strongest), None),
            "terms": [term_of(hit) for hit in hits if hit.kind is not Kind.CONTACT],
            "found": [case.text[hit.start : hit.end] for hit in hits],
            "spans": [[hit.start, hit.end] for hit in hits],
            "mask": masked(case.text, hits, options.mask_char) or case.text,
            "count": len(hits),
            "normalized": next((hit.value for hit in hits if hit.value), None),
            "kind": kinds[0] if kinds else "shout" if shouts else None,
            "unsupported": options.unsupported(named if isinstance(named, dict) else ()),
        }

    def _build(self, asked: bytes) -> Screen:
        lexicon, whitelist, options = msgspec.json.decode(
            asked, type=tuple[str | list[str | Row] | None, str | list[str] | None, Options]
        )
        is_named = isinstance(lexicon, str)
        rows, phrases = edited(self._rows(lexicon), self._phrases(whitelist), options.ops)
        reading = options.reading(FREE if is_named else STRICT)
        rules = [*word_rules(rows, reading, options), *other_rules(options)]
        if is_named and options.extract is None:
            rules.append(Rule("contact", "contact", Klass.HOUSE, Action.HOLD, contacts=REACHED))
        return Screen(Ruleset(version_of(asked.decode()), tuple(rules), tuple(phrases)))

    def _rows(self, lexicon: str | list[str | Row] | None) -> Sequence[Row]:
        if isinstance(lexicon, str):
            return _named(self._books.lexicons, lexicon, "lexicon")
        return [Row(row) if isinstance(row, str) else row for row in lexicon or ()]

    def _phrases(self, whitelist: str | list[str] | None) -> Sequence[str]:
        if isinstance(whitelist, str):
            return _named(self._books.whitelists, whitelist, "whitelist")
        return [phrase for phrase in whitelist or () if fold(phrase).skeleton]


def _named(lists: Mapping[str, Sequence[_T]], name: str, kind: str) -> Sequence[_T]:
    try:
        return lists[name]
    except KeyError:
        raise ValueError(f"no {kind} is called {name!r}") from None


def _weight(action: Action) -> int:
    return action.weight


def _chosen(hits: Sequence[Hit], text: str, options: Options) -> Sequence[Hit]:
    """The hits that the case counts, by place."""
    kept = [hit for hit in hits if _is_counted(hit, text, options)]
    match options.match:
        case "overlapping":
            return sorted(set(kept), key=lambda hit: (hit.start, hit.end))
        case "leftmost_first_end":
            return _first_ends(kept)
        case "leftmost_longest":
            return leftmost_longest(hit._replace(category="", action=Action.HOLD) for hit in kept)
        case None:
            return leftmost_longest(kept)


def _first_ends(hits: Sequence[Hit]) -> Sequence[Hit]:
    chosen: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.end, hit.start)):
        if not chosen or hit.start >= chosen[-1].end:
            chosen.append(hit)
    return chosen


def _is_counted(hit: Hit, text: str, options: Options) -> bool:
    if options.skip_chars is not None and hit.kind is Kind.SKIP:
        signs = {char for char in text[hit.start : hit.end] if not char.isalnum()}
        if not signs <= {*"".join(options.skip_chars)}:
            return False
    around = text[max(0, hit.start - 1) : hit.start] + text[hit.end : hit.end + 1]
    return not (options.digit_boundary and any(map(str.isdigit, around)))


def _shouts(text: str, options: Options) -> bool:
    return is_shouting(
        text,
        length_min=_given(options.min_len, _SHOUT_LENGTH),
        run_max=_given(options.max_run, _SHOUT_RUN),
        distinct_ratio_min=_given(options.min_distinct_ratio, _SHOUT_RATIO),
    )


def _given(asked: _T | None, usual: _T) -> _T:
    return usual if asked is None else asked
