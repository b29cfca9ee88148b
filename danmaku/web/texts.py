"""The words of the pages: one catalogue a language, chosen by the visitor or the browser."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import orjson

ENGLISH: Final = "en"
CHINESE: Final = "zh-CN"
LANGUAGES: Final = (ENGLISH, CHINESE)

# What the scripts of the room page say; the rest is said by templates.
_FOR_SCRIPTS: Final = (
    "category.", "code.", "composer.", "list.", "live.", "marker.", "mode.", "own.", "room.",
    "row.", "settings.", "streamer.", "waiting.", "way.",
)  # fmt: skip


class Texts:
    """All catalogues, read once.

    Args:
        folder: Holds `{language}.json` for each of `LANGUAGES`; `{name}` marks a place.
    """

    def __init__(self, folder: Path) -> None:
        self._catalogues: Mapping[str, Mapping[str, str]] = {
            lang: orjson.loads((folder / f"{lang}.json").read_bytes()) for lang in LANGUAGES
        }
        self._for_scripts = {
            lang: {key: text for key, text in texts.items() if key.startswith(_FOR_SCRIPTS)}
            for lang, texts in self._catalogues.items()
        }

    def say(self, lang: str, key: str, **values: object) -> str:
        """One text. What no catalogue knows, as a category of somebody's own rules, says itself."""
        text = self._catalogues[lang].get(key)
        if text is None:
            return key.rpartition(".")[2]
        return text.format(**values) if values else text

    def for_scripts(self, lang: str) -> Mapping[str, str]:
        """The texts of a language that the room's scripts use."""
        return self._for_scripts[lang]


def language_of(chosen: str | None, accepted: str) -> str:
    """The language of a page.

    Args:
        chosen: What the visitor set, if anything; anything unknown counts as nothing.
        accepted: The Accept-Language header.
    """
    if chosen in LANGUAGES:
        return chosen
    for tag in sorted(accepted.split(","), key=_quality, reverse=True):
        primary = tag.partition(";")[0].strip().partition("-")[0].lower()
        if primary == "zh":
            return CHINESE
        if primary == "en":
            return ENGLISH
    return ENGLISH


def _quality(tag: str) -> float:
    _, _, weight = tag.partition(";q=")
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
