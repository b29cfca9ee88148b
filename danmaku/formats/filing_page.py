"""A filing as people read it: one HTML file that needs nothing else, for paper and for screens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0}"
    "th,td{border:1px solid #999;padding:.2rem .6rem;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}th{width:40%;font-weight:normal}p{white-space:pre-wrap}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}}"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A section in the words of one language."""

    heading: str
    rows: Sequence[tuple[str, str]]  # what, and how it stands
    remarks: str = ""


def filing_page(
    title: str, about: Sequence[tuple[str, str]], parts: Iterable[Part], lang: str
) -> str:
    """The document.

    Args:
        title: Its heading.
        about: What it is, how it stands, when it is due.
        parts: Its sections.
        lang: The language of all that.
    """
    sections = "".join(
        f"<h2>{escape(part.heading)}</h2>{_table(part.rows)}"
        + (f"<p>{escape(part.remarks)}</p>" if part.remarks else "")
        for part in parts
    )
    return (
        f'<!doctype html><html lang="{escape(lang)}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>"
        f"{_table(about)}{sections}</html>\n"
    )


def _table(rows: Sequence[tuple[str, str]]) -> str:
    if not rows:
        return ""
    cells = "".join(
        f'<tr><th scope="row">{escape(what)}</th><td>{escape(value)}</td></tr>'
        for what, value in rows
    )
    return f"<table>{cells}</table>"
