"""`danmaku filter train` and `card`: a model learned from what people decided, and its quality."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import typer

from danmaku.actions.learned import model_in
from danmaku.cli.shell import (
    JsonFlag,
    answers,
    done,
    err,
    fail,
    millis_typed,
    out,
    print_json,
    room_typed,
    settings_of,
    sink,
    tracked,
)
from danmaku.config import StoreSettings
from danmaku.filter.learned import Model
from danmaku.filter.model_card import LIMITS, page_of
from danmaku.filter.model_file import unpack_model
from danmaku.filter.training import Fit, Lesson, Lessons, trained
from danmaku.store.verdicts import Stretch, scan_judged

Form = TypeVar("Form", bound=msgspec.Struct)

PLAIN_MAX = 100_000  # ordinary comments that are read

ModelArgument = Annotated[Path, typer.Argument(help="A learned model.", exists=True)]


class _Line(msgspec.Struct):
    """A decision in a file of JSON lines."""

    text: str
    bad: bool
    category: str | None = None


class _Said(msgspec.Struct):
    """An ordinary comment in a file of JSON lines."""

    text: str = ""
    x: str = ""  # so called in an export


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("train")(train)
    app.command("card")(card)


@answers
def train(  # noqa: PLR0913 -- each is an option of the command
    context: typer.Context,
    target: Annotated[Path, typer.Option("--out", help="Where to write the model.")],
    source: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            help="Data directory of a record, or JSON lines with text, bad and maybe category; may "
            "be repeated. Without it: the record of the settings.",
            exists=True,
        ),
    ] = None,
    former: Annotated[
        Path | None, typer.Option(help="The model it must not be worse than.", exists=True)
    ] = None,
    plain: Annotated[
        Path | None,
        typer.Option(
            help="Ordinary comments (JSON lines with text); few may be held.", exists=True
        ),
    ] = None,
    *,
    room: Annotated[str | None, typer.Option(help="Of records: this room alone.")] = None,
    since: Annotated[
        datetime | None, typer.Option(help="Of records: comments received from then on, UTC.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of what is left to chance.")] = 1,
) -> None:
    """Learn a model from what people decided; nothing is written if it is worse than the former.

    Records are only read, beside a running server.
    """
    fit = _fitting()
    before = None if former is None else model_in(former)
    lessons = Lessons()
    for lesson in _lessons(source or [], settings_of(context).store, room, since):
        lessons.add(lesson)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(lessons.decisions.items()))
    err.print(
        f"decisions: {told or 'none'}; left out, too short or too many: "
        f"{lessons.left_out_count}; now learning",
        soft_wrap=True,
    )
    ordinary = [] if plain is None else _plain(plain)
    packed = trained(lessons, fit, seed=seed, plain=ordinary, former=before)
    with sink(target) as file:
        file.write(packed)
    model = unpack_model(packed)
    quality = model.card.quality
    done(
        f"{target}: model {model.version}, macro-F1 {quality.macro_f1:.3f}, holds "
        f"{quality.caught:.1%} of bad and {quality.wrongly_held:.2%} of good texts"
    )


@answers
def card(model: ModelArgument, *, as_json: JsonFlag = False) -> None:
    """Show what a model learned from, how good it was, and its limits; Markdown."""
    read = model_in(model)
    if as_json:
        print_json(_fields(read))
        return
    weights = read.linear.weights
    page = page_of(
        read.card,
        version=read.version,
        rows=len(weights.rows),
        shadow_at=weights.shadow_at,
        hold_at=weights.hold_at,
    )
    out.print(page, soft_wrap=True)


def _fields(model: Model) -> dict[str, object]:
    weights, told = model.linear.weights, model.card
    return {
        "version": model.version,
        "rows": len(weights.rows),
        "shadow_at": weights.shadow_at,
        "hold_at": weights.hold_at,
        **msgspec.to_builtins(told),
        "decisions": dict(told.decisions),
        "categories": dict(told.categories),
        "limits": LIMITS,
    }


def _fitting() -> Fit:
    try:
        from danmaku.cli.fitting import fit  # noqa: PLC0415 -- an extra that no server has
    except ImportError:
        fail("Training needs scikit-learn: pip install danmaku[train]")
    return fit


def _lessons(
    source: list[Path], store: StoreSettings, room: str | None, since: datetime | None
) -> Iterator[Lesson]:
    """Of all that is named; of the record of the settings where nothing is."""
    if not source:
        yield from _recorded(store, room, since)
    for path in source:
        if path.is_dir():
            yield from _recorded(StoreSettings(data_dir=path), room, since)
        else:
            yield from _listed(path)


def _recorded(settings: StoreSettings, room: str | None, since: datetime | None) -> list[Lesson]:
    """What people decided on the comments of a record."""
    lessons: list[Lesson] = []

    def learn(stretch: Stretch) -> None:
        comments = tracked(stretch.comments, "reading", stretch.count)
        lessons.extend(
            Lesson(one.text, one.decision.is_against, one.decision.value, one.category, one.at_ms)
            for one in comments
            if one.text is not None and one.decision is not None
        )

    chosen = room_typed(room)
    scan_judged(settings, learn, room=chosen, since_ms=millis_typed(since))
    return lessons


def _listed(path: Path) -> Iterator[Lesson]:
    """The decisions in a file.

    Raises:
        ValueError: A line is wrong; its number is told.
    """
    for line in _lines_of(path, _Line):
        source = "listed bad" if line.bad else "listed good"
        yield Lesson(line.text, line.bad, source, line.category)


def _plain(path: Path) -> list[str]:
    return [line.text or line.x for line in islice(_lines_of(path, _Said), PLAIN_MAX)]


def _lines_of(path: Path, form: type[Form]) -> Iterator[Form]:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                yield msgspec.json.decode(line, type=form)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise ValueError(f"{path}: line {number}: {error}") from error
