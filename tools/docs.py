"""Write the pages of docs/ that the code already knows: settings, errors, metrics, duties.

`make docs` writes them, and a house test compares them, so that they never tell an old story.
"""

import inspect
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from danmaku.config import ENV_PREFIX, Settings
from danmaku.domain.articles import UNSERVED, Article
from danmaku.domain.comment import Mode
from danmaku.domain.levels import FORMULA, START_LEVEL, Level
from danmaku.domain.room import ReviewMode
from danmaku.errors import ANSWERS, Close, Code
from danmaku.filter.rules import Klass
from danmaku.telemetry import Telemetry
from tools.duties import told_by

ROOT = Path(__file__).resolve().parent.parent
GENERATED = "<!-- Written by `make docs` from {source}; edit that. -->"


def pages() -> dict[Path, str]:
    """Every generated page by its path, relative to the root."""
    texts = {
        "settings": settings_page(),
        "errors": errors_page(),
        "metrics": metrics_page(),
        "regulation": regulation_page(),
        "credit": credit_page(),
    }
    told = {Path("docs", f"{name}.md"): text for name, text in texts.items()}
    return told | {Path("danmaku/web/regulation.json"): regulation_file()}


def page(title: str, source: str, *parts: str) -> str:
    """A whole page of its parts, blank lines between."""
    return "\n\n".join((f"# {title}", GENERATED.format(source=source), *parts)) + "\n"


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table; a bar within a cell is escaped."""
    lines = (header, tuple("---" for _ in header), *rows)
    return "\n".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |" for cells in lines
    )


def settings_page() -> str:
    """Every setting with its variable, default, range and sentence."""
    introduction = (
        "A TOML file is read first, named by `danmaku --config FILE` or `DANMAKU_CONFIG`; then the "
        "variables of the environment, which win. An unknown key refuses to start. `danmaku config "
        "--explain` prints the values in force and where each comes from."
    )
    whole = settings_table("", Settings)
    parts = [
        f"## {name}\n\n{inspect.getdoc(part)}\n\n{settings_table(f'{name}.', part)}"
        for name, part in parts_of(Settings)
    ]
    return page("Settings", "danmaku/config", introduction, *parts, f"## The whole\n\n{whole}")


def parts_of(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """The fields of a model that are tables of further settings."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield name, field.annotation


def settings_table(prefix: str, model: type[BaseModel]) -> str:
    """The settings of one model, without its parts."""
    parts = dict(parts_of(model))
    rows = (
        setting_row(f"{prefix}{name}", field)
        for name, field in model.model_fields.items()
        if name not in parts
    )
    return table(("key", "variable", "default", "range", "what it does"), rows)


def setting_row(key: str, field: FieldInfo) -> tuple[str, ...]:
    """One setting, as it is written in a file and in the environment."""
    variable = ENV_PREFIX + key.replace(".", "__").upper()
    default = json.dumps(field.default, default=str, ensure_ascii=False)
    shown = "none" if default in {"null", "[]", '""'} else f"`{default}`"
    return f"`{key}`", f"`{variable}`", shown, range_of(field), field.description or ""


def range_of(field: FieldInfo) -> str:
    """Words for the bounds that pydantic checks."""
    words = {"ge": "from {}", "gt": "above {}", "le": "to {}", "lt": "below {}", "pattern": "`{}`"}
    return " ".join(
        said.format(bound)
        for rule in field.metadata
        for name, said in words.items()
        if (bound := getattr(rule, name, None)) is not None
    )


def errors_page() -> str:
    """Every code with what the doors make of it."""
    texts = json.loads((ROOT / "danmaku/web/texts/en.json").read_text(encoding="utf-8"))
    rows = (
        (
            f"`{code}`",
            str(answer.http_status),
            "stays open" if answer.close_code is None else f"closes with {answer.close_code}",
            "yes" if answer.retry else "no",
            texts[f"code.{code}"],
        )
        for code, answer in ((code, ANSWERS[code]) for code in Code)
    )
    introduction = (
        "One code means one thing on every door: the `code` of a `refused` or `error` message on a "
        "socket, and of the JSON body over HTTP. A code, once given, never gets another meaning; "
        "clients treat one they do not know like `internal`."
    )
    header = ("code", "HTTP", "socket", "retry", "what people read")
    closes = table(
        ("close code", "word"),
        sorted((str(value), name.lower()) for name, value in vars(Close).items() if name.isupper()),
    )
    return page(
        "Refusals and errors",
        "danmaku/errors.py",
        introduction,
        table(header, rows),
        "## Close codes of sockets\n\n" + closes,
    )


def metrics_page() -> str:
    """Every metric of ours that `/metrics` shows."""
    introduction = (
        "`/metrics` speaks the Prometheus text format. No label carries a room, an account or an "
        "address: their number has no bound, and they are nobody's business. Beside these stand "
        "the `process_*` and `python_*` metrics that every Prometheus client has."
    )
    return page(
        "Metrics",
        "danmaku/telemetry.py",
        introduction,
        table(("name", "kind", "what"), metric_rows(Telemetry().exposition().decode())),
    )


def metric_rows(exposition: str) -> Iterator[tuple[str, ...]]:
    """Name, kind and sentence of each metric, read from the text that Prometheus reads."""
    said = re.findall(r"^# HELP (danmaku_\w+) (.*)\n# TYPE \1 (\w+)", exposition, re.MULTILINE)
    for name, sentence, kind in sorted(said):
        if not name.endswith("_created"):  # the library's own: when it began to count
            yield f"`{name}`", kind, sentence


def regulation_file() -> str:
    """The same for the duty page, which has no tests beside it to read: by clause."""
    code, tests = told_by(ROOT, "danmaku"), told_by(ROOT, "tests/articles")
    rows = {
        article.clause: {"code": _bare(code, article), "tests": _bare(tests, article)}
        for article in Article
        if article not in UNSERVED
    }
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _bare(told: dict[Article, list[str]], article: Article) -> list[str]:
    return [place.replace("`", "") for place in told.get(article, ())]


def regulation_page() -> str:
    """Every duty with the code that serves it and the scenario that proves it."""
    introduction = (
        "What the regulation asks of such a server, clause by clause. A: the provisions on post "
        "comments (draft of 2022). B: those on forum communities (2017). A duty without code is "
        "one that this server does not serve; who runs it answers for that."
    )
    code = told_by(ROOT, "danmaku")
    tests = told_by(ROOT, "tests/articles")
    rows = (
        (
            article.clause,
            article.duty,
            "not served" if article in UNSERVED else "<br>".join(code.get(article, ())),
            "<br>".join(tests.get(article, ())),
        )
        for article in Article
    )
    return page(
        "The regulation",
        "docstrings that name an article",
        introduction,
        table(("clause", "duty", "served by", "proven by"), rows),
    )


def credit_page() -> str:
    """The formula of credit in words and numbers, and the table of levels."""
    formula = FORMULA
    parts = (
        (
            "An account's score follows from what the record says of it, and from nothing else; "
            f"anybody can work it out. It begins at {formula.start} points (level {START_LEVEL}). "
            "Each day (UTC) that is over brings a point for each comment of that day that still "
            f"stands, {formula.day_max} a day at most, {formula.earned_max} in all; days older "
            f"than {formula.memory_days} are forgotten. A confirmed violation costs points by its "
            "class, evenly less with each day, until nothing is left. Several measures about one "
            "comment cost once. A measure that is reversed has never cost anything. What the "
            "keepers of a room do in it, a mute or a hidden comment, costs nothing. The score is "
            "never below 0."
        ),
        table(
            ("class", "points at first", "days until nothing is left"),
            (
                (klass.value, str(formula.worth(klass).points), str(formula.worth(klass).days))
                for klass in Klass
            ),
        ),
        "## Levels",
        table(
            (
                "level",
                "from score",
                "colours and sizes",
                "modes",
                "length",
                "gap",
                "review",
                "rooms",
            ),
            (level_row(at, level) for at, level in enumerate(formula.levels)),
        ),
        (
            "What a level lacks is refused with `level_too_low`; a room may allow less, and may "
            "ask for a level (`level_min`). A measure that takes the function `level` has the "
            "score stand still where it stood when the measure began; when it ends, all counts."
        ),
        "## How it is kept",
        (
            "Comments that stand are counted by account and day in the same transaction that "
            "writes them, so reckoning reads days, not comments. Levels are reckoned when a day is "
            "over and when something about an account changes; a level that has become another one "
            "is an entry of the platform's chain, and doors find it in the standing without "
            "reading. Of several servers on one record one reckons everybody; a level is entered "
            "for the account's version that it was reckoned from, so of two who reckon it at once "
            "the second looks again. `danmaku credit recompute` reckons everybody anew, tells how "
            "far it has come, and exits with 1 where a level differs; `danmaku credit what-if "
            "FILE` shows whose level another formula would change. `accounts.credit_file` puts "
            "such a file in force:"
        ),
        f"```toml\n{formula_file()}```",
    )
    return page("Credit and levels", "danmaku/domain/levels.py", *parts)


_REVIEWS = {
    ReviewMode.MACHINE: "as the room",
    ReviewMode.DELAYED: "as the room, some seconds later at least",
    ReviewMode.EVERY: "a person, each comment",
}


def level_row(at: int, level: Level) -> tuple[str, ...]:
    """One level as people read it."""
    return (
        str(at),
        str(level.score_min),
        "yes" if level.colors and level.sizes else "no",
        "all" if len(level.modes) == len(Mode) else ", ".join(sorted(level.modes)),
        f"{level.text_max}",
        f"{level.gap_ms // 1000} s" if level.gap_ms else "none",
        _REVIEWS[level.review],
        "yes" if level.rooms else "no",
    )


def formula_file() -> str:
    """The formula as a file would say it."""
    whole = msgspec.to_builtins(FORMULA)
    levels = whole.pop("levels")
    lines = [f"{name} = {_toml(value)}" for name, value in whole.items()]
    for level in levels:
        lines += ["", "[[levels]]", *(f"{name} = {_toml(it)}" for name, it in level.items())]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(it)}" for name, it in value.items()) + " }"
    return json.dumps(sorted(value) if isinstance(value, list) else value)


def main() -> None:
    """Write every page anew."""
    for path, text in pages().items():
        (ROOT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
