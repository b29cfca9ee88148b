"""`danmaku filter`: try, explain, check, build, judge, measure."""

import json
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from time import perf_counter_ns
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from danmaku.actions.learned import model_in
from danmaku.cli.layout import visible
from danmaku.cli.shell import (
    EXIT_REFUSED,
    JsonFlag,
    answers,
    done,
    err,
    fail,
    out,
    print_json,
    print_table,
    settings_of,
    sink,
    text_of,
)
from danmaku.domain.scenarios import unsupported_in, verdicts_of
from danmaku.filter.builds import ruleset_from, screen_from
from danmaku.filter.cases import Row
from danmaku.filter.faults import RuleFileError
from danmaku.filter.findings import Findings
from danmaku.filter.judge import Books, Judge, Scenario
from danmaku.filter.learned import Model, Opinion, letters_of
from danmaku.filter.normalize import fold, key_of
from danmaku.filter.packing import pack, unpack
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import Ruleset
from danmaku.filter.screen import Screen
from danmaku.filter.word_list import merged, parse_phrases

app = typer.Typer(help="The filter: try a text, check rules, judge cases.", no_args_is_help=True)

GROUNDS_SHOWN = 20

RuleFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules",
        help="Rule file (.toml), list (.jsonl, .txt) or built rule set (.rules); may be repeated. "
        "Without it: the rules of the settings.",
        exists=True,
    ),
]
ModelFile = Annotated[
    Path | None, typer.Option("--model", help="A learned model to ask, too.", exists=True)
]
Named = Annotated[list[str] | None, typer.Option(metavar="NAME=FILE", help="May be repeated.")]


def read_rules(path: Path) -> Ruleset:
    """Read one file of rules, by its ending.

    Raises:
        RuleFileError: With everything that is wrong with it.
        OSError: It cannot be read.
    """
    return ruleset_from(path.read_bytes(), str(path))


def screen_of(context: typer.Context, files: list[Path] | None) -> Screen:
    """The screen of the rules that a command was given; without any, of those in the settings.

    Raises:
        RuleFileError, OSError: As `read_rules`.
    """
    if files and len(files) == 1 and files[0].suffix == ".rules":
        return unpack(files[0].read_bytes())
    return Screen(_ruleset(context, files))


def _ruleset(context: typer.Context, files: list[Path] | None) -> Ruleset:
    if files:
        rulesets = [read_rules(path) for path in files]
        return rulesets[0] if len(rulesets) == 1 else merged(rulesets)
    path = settings_of(context).filter.rules_file
    if path is not None:
        return read_rules(path)
    sample = resources.files("danmaku.filter").joinpath("sample_rules.toml")
    return parse_rules(sample.read_text("utf-8"), "sample_rules.toml")


@app.command("test")
@answers
def try_text(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What somebody might write.")],
    rules: RuleFiles = None,
    model: ModelFile = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Say what would become of a text; nothing is recorded.

    A model that is given holds as it does where the settings let it.
    """
    findings = screen_of(context, rules).inspect(text)
    opinion: Opinion | None = None
    if model is not None:
        learned = model_in(model)
        opinion = learned.linear.opinion(letters_of(text))
        findings = learned.held(findings, text, opinion)
    if as_json:
        print_json(_fields(findings) | _opinion_fields(opinion))
        return
    category = f" {visible(findings.category)}" if findings.category else ""
    out.print(Text.assemble((findings.action.value, "bold"), category), soft_wrap=True)
    if findings.masked is not None:
        out.print(findings.masked, soft_wrap=True)
    if opinion is not None:
        out.print(_said_of(opinion))


@app.command()
@answers
def explain(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What somebody might write.")],
    rules: RuleFiles = None,
    model: ModelFile = None,
) -> None:
    """Show how a text is read and which rule finds what in it, and why."""
    screen = screen_of(context, rules)
    folded = fold(text)
    seen = folded.text.replace("\x01", "·").replace("\x02", "˙")
    print_table(
        "How it is read",
        ("step", "text"),
        [
            ("as typed", text),
            ("folded (· a gap, ˙ nothing to see)", seen),
            ("letters only", folded.skeleton),
            ("runs once: what is scanned", key_of(folded.skeleton)),
        ],
    )
    findings = screen.inspect(text)
    columns = ("place", "as typed", "term", "kind", "rule", "category", "action")
    rows = [
        (
            *(f"{hit.start}-{hit.end}", text[hit.start : hit.end], hit.term, hit.kind),
            *(hit.rule_id, hit.category, hit.action),
        )
        for hit in findings.hits
    ]
    print_table("What is found", columns, rows)
    if model is not None:
        _explain_by(model_in(model), text)
    done(f"{findings.action.value}, by rules {findings.ruleset}")


def _explain_by(model: Model, text: str) -> None:
    letters = letters_of(text)
    grounds = [
        (row, times, f"{weight:+.3f}", f"{times * weight:+.3f}")
        for row, times, weight in model.linear.grounds(letters)[:GROUNDS_SHOWN]
    ]
    columns = ("letters", "times", "weight", "adds")
    print_table("What a model learned of its letters", columns, grounds)
    opinion = model.linear.opinion(letters)
    out.print(f"{_said_of(opinion)}, model {model.version}; where the rules find nothing")


@app.command()
@answers
def lint(
    files: Annotated[list[Path], typer.Argument(help="Rule files and lists.", exists=True)],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Check rule files, and try what they say; tells every fault with file and line."""
    wrong = False
    for path in files:
        try:
            ruleset = screen_from(path.read_bytes(), str(path)).ruleset
        except RuleFileError as error:
            wrong = True
            if as_json:
                for fault in error.faults:
                    print_json({"file": str(path), **fault._asdict()})
            else:
                err.print(str(error), soft_wrap=True)
        else:
            if not as_json:
                words = sum(len(rule.words) for rule in ruleset.rules)
                done(f"{path}: {len(ruleset.rules)} rules, {words} words, {ruleset.version}")
    if wrong:
        raise typer.Exit(EXIT_REFUSED)


@app.command()
@answers
def build(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(help="Where to write it, ending in .rules.")],
    rules: RuleFiles = None,
) -> None:
    """Build a rule set once, to be loaded in milliseconds."""
    screen = screen_of(context, rules)
    packed = pack(screen)
    with sink(target) as file:
        file.write(packed)
    done(f"{target}: {len(packed)} bytes, rules {screen.ruleset.version}")


@app.command()
@answers
def judge(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Cases, one JSON object a line; none: stdin.")
    ] = None,
    lexicon: Named = None,
    whitelist: Named = None,
) -> None:
    """Judge cases: one line of JSON in, one line of JSON out (docs/filter.md lists the fields)."""
    books = Books(
        {name: _rows(path) for name, path in map(_named, lexicon or ())},
        {
            name: parse_phrases(text_of(path), str(path))
            for name, path in map(_named, whitelist or ())
        },
    )
    judging = Judge(books, Scenario(verdicts_of, unsupported_in))
    for line in _lines(files or ()):
        try:
            # Half a pair of surrogates is no JSON for orjson, but a case may be about just that.
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            print_json({"id": None, "error": f"no JSON: {error}"})
            continue
        told = judging.judge(fields) if isinstance(fields, dict) else {"error": "no object"}
        print_json(told)


@app.command()
@answers
def bench(
    context: typer.Context,
    texts: Annotated[Path, typer.Argument(help="Texts, one a line.", exists=True)],
    rules: RuleFiles = None,
    *,
    passes: Annotated[int, typer.Option(min=1, help="The quickest of so many counts.")] = 9,
    as_json: JsonFlag = False,
) -> None:
    """Say what a look costs with these rules, and how many texts they hit."""
    screen = screen_of(context, rules)
    said = [line for line in text_of(texts).splitlines() if line]
    if not said:
        fail(f"{texts}: no text in it")
    spent_ns = min(_spent_ns(screen, said) for _ in range(passes))
    fields = {
        "texts": len(said),
        "hit": sum(bool(screen.hits(text)) for text in said),
        "us_per_text": round(spent_ns / len(said) / 1000, 2),
        "ruleset": screen.ruleset.version,
    }
    if as_json:
        print_json(fields)
    else:
        print_table("The filter", tuple(fields), [tuple(fields.values())])


def _spent_ns(screen: Screen, said: list[str]) -> int:
    began_ns = perf_counter_ns()
    for text in said:
        screen.inspect(text)
    return perf_counter_ns() - began_ns


def _lines(files: list[Path] | tuple[()]) -> Iterator[bytes]:
    for path in files:
        with path.open("rb") as stream:
            yield from (line for line in stream if line.strip())
    if not files:
        yield from (line for line in sys.stdin.buffer if line.strip())


def _named(said: str) -> tuple[str, Path]:
    name, equals, path = said.partition("=")
    if not equals or not Path(path).is_file():
        fail(f"{said!r} is not NAME=FILE of a file that is there")
    return name, Path(path)


def _rows(path: Path) -> list[Row]:
    """A lexicon for cases: JSON lines, or a word a line.

    Raises:
        ValueError: A line is wrong; its number is told.
    """
    rows = []
    for number, line in enumerate(text_of(path).splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            rows.append(
                msgspec.json.decode(line, type=Row) if line.startswith("{") else Row(line.strip())
            )
        except msgspec.MsgspecError as error:
            raise ValueError(f"{path}: line {number}: {error}") from error
    return rows


def _said_of(opinion: Opinion) -> str:
    score = "none, too short" if opinion.score is None else f"{opinion.score:+.2f}"
    return f"score {score}: {opinion.band.value}"


def _opinion_fields(opinion: Opinion | None) -> dict[str, object]:
    return {} if opinion is None else {"score": opinion.score, "band": opinion.band.value}


def _fields(findings: Findings) -> dict[str, object]:
    return {
        "action": findings.action.value,
        "category": findings.category,
        "class": findings.klass,
        "masked": findings.masked,
        "ruleset": findings.ruleset,
        "hits": [hit._asdict() for hit in findings.hits],
    }
