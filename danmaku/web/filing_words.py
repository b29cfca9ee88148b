"""Filings in the words of a language: what pages and documents say of them."""

from collections.abc import Callable

from danmaku.domain.filing_facts import Line, Section
from danmaku.domain.filings import FilingRow
from danmaku.domain.ids import Millis
from danmaku.formats.filing_page import Part, filing_page
from danmaku.web.pages import time_text_of

Say = Callable[[str], str]
"""A text of the catalogue, by its key."""

_MOMENTS = frozenset({"from", "to", "opened", "decided", "found", "drafted", "until"})
_NAMED = {"category": "category", "outcome": "filing.outcome", "act": "filing.act"}
"""Words whose values have words of their own, and where those stand."""
_ABOUT = {
    "holding": "privacy",
    "step": "step",
    "document": "document",
    **dict.fromkeys(("case_minutes", "handled", "median_ms", "p95_ms"), "case.kind"),
}
"""The same of what is counted."""


def title_of(row: FilingRow) -> str:
    """What a filing is about, in a few words."""
    lines = [line for section in row.sections for line in section.lines]
    named = {line.word: line.value for line in lines}
    return named.get("title") or named.get("reference") or row.begun.subject


def part_of(section: Section, say: Say) -> Part:
    """A section."""
    rows = [(_word_of(line, say), _value_of(line, say)) for line in section.lines]
    return Part(say(f"filing.topic.{section.word}"), rows, section.remarks)


def document_of(row: FilingRow, say: Say, lang: str) -> str:
    """A filing as a document."""
    about = [
        (say("filing.number"), str(row.filing)),
        (say("filing.state"), say(f"filing.state.{row.state.value}")),
        (say("filing.begun"), time_text_of(row.begun_ms)),
        (say("filing.subject"), row.begun.subject),
    ]
    if row.begun.due_ms is not None:
        about.append((say("filing.due"), time_text_of(row.begun.due_ms)))
    if row.begun.risk is not None:
        about.append((say("filing.risk"), say(f"filing.risk.{row.begun.risk.value}")))
    if row.receipt:
        about.append((say("filing.receipt"), row.receipt))
    title = f"{say(f'filing.kind.{row.kind.value}')}: {title_of(row)}"
    return filing_page(title, about, [part_of(one, say) for one in row.sections], lang)


def is_moment(line: Line) -> bool:
    """Whether what a line says is a time, in milliseconds."""
    return line.word in _MOMENTS and line.value.isdecimal()


def _word_of(line: Line, say: Say) -> str:
    word = say(f"filing.word.{line.word}")
    if not line.about:
        return word
    place = _ABOUT.get(line.word)
    return f"{word}: {say(f'{place}.{line.about}') if place else line.about}"


def _value_of(line: Line, say: Say) -> str:
    if is_moment(line):
        return time_text_of(Millis(int(line.value)))
    if (place := _NAMED.get(line.word)) is not None:
        return say(f"{place}.{line.value}")
    return line.value
