"""Drawing pages: templates, texts, and the built files that they name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import orjson
from jinja2 import Environment, FileSystemLoader

from danmaku.domain.ids import Millis
from danmaku.errors import Broken
from danmaku.web.json import script_json
from danmaku.web.texts import Texts

HERE = Path(__file__).parent
STATIC = HERE / "static"
_CALENDAR_ENDS_MS = 253_402_300_799_000

Values = Mapping[str, object]
"""What a template gets."""

NOTHING: Final[Values] = {}


@dataclass(frozen=True, slots=True)
class Asset:
    """Where browsers find one built script and the styles that belong to it."""

    js: str
    css: tuple[str, ...]


class Pages:
    """Every template, ready to be drawn in either language.

    Args:
        static: Folder of the built front end.

    Raises:
        Broken: The front end has not been built.
    """

    def __init__(self, static: Path = STATIC) -> None:
        self.texts = Texts(HERE / "texts")
        self._assets = _assets_of(static)
        # What a page does not give is undefined, and so false, in its template.
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True
        )
        self._templates.filters["json_script"] = script_json
        self._templates.globals["asset"] = self._asset

    def draw(self, template: str, lang: str, values: Values) -> str:
        """A page as HTML."""
        say = partial(self.texts.say, lang)
        return self._templates.get_template(template).render(values, t=say, lang=lang)

    def _asset(self, source: str) -> Asset:
        return self._assets[source]


def time_text_of(at_ms: Millis) -> str:
    """A moment in ISO 8601, to the second, in UTC; the last of year 9999 for whatever is later."""
    told_ms = min(at_ms, _CALENDAR_ENDS_MS)
    return datetime.fromtimestamp(told_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def position_text_of(position_ms: int) -> str:
    """A media position as players show it: 01:23, or 1:02:03 from an hour on."""
    minutes, seconds = divmod(position_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def _assets_of(static: Path) -> dict[str, Asset]:
    try:
        manifest = orjson.loads((static / "manifest.json").read_bytes())
    except FileNotFoundError as missing:
        raise Broken("the pages are not built: run `make` in the checkout") from missing
    return {
        source: Asset(f"/static/{chunk['file']}", tuple(_styles_of(manifest, source)))
        for source, chunk in manifest.items()
        if chunk.get("isEntry")
    }


def _styles_of(manifest: Mapping[str, Any], source: str) -> list[str]:
    """Styles of a chunk and of all that it imports, each once, imported ones first."""
    seen: dict[str, None] = {}
    for imported in manifest[source].get("imports", ()):
        seen |= dict.fromkeys(_styles_of(manifest, imported))
    seen |= dict.fromkeys(f"/static/{file}" for file in manifest[source].get("css", ()))
    return list(seen)
