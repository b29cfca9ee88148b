"""`danmaku filter backscan`: what other rules would have made of what was written."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import typer

from danmaku.cli.filter import RuleFiles, screen_of
from danmaku.cli.shell import (
    JsonFlag,
    answers,
    done,
    millis_typed,
    print_json,
    print_table,
    room_typed,
    settings_of,
    tracked,
)
from danmaku.clock import now_ms
from danmaku.domain.admission import said_by_rules
from danmaku.domain.ids import Millis
from danmaku.filter.changes import Change, change_of
from danmaku.filter.screen import Screen
from danmaku.store.verdicts import Judged, Stretch, scan_judged

SHOWN_MAX = 10_000

Row = dict[str, object]


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("backscan")(backscan)


@dataclass(slots=True)
class Report:
    """What would change, in numbers; no text is kept.

    Args:
        sample_max: Comments that are told one by one at most.
    """

    sample_max: int
    changes: Counter[str] = field(default_factory=Counter)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    sample: list[Row] = field(default_factory=list)
    erased_count: int = 0

    def scan(self, screen: Screen, comments: Iterable[Judged], at_ms: Millis) -> None:
        """Judge comments again, as of `at_ms`."""
        for comment in comments:
            if comment.text is None or comment.verdict is None:
                self.erased_count += 1
                continue
            action, category = said_by_rules(comment.verdict)
            other = screen.inspect(comment.text, at_ms)
            change = change_of(action, category, other)
            self.changes[change.value] += 1
            if change is Change.SAME:
                continue
            was = _said(action.value, category)
            would_be = _said(other.action.value, other.category)
            self.moves[was, would_be] += 1
            if len(self.sample) < self.sample_max:
                place: Row = {
                    "room": comment.room,
                    "number": comment.number,
                    "entry": comment.origin,
                }
                self.sample.append(place | {"change": change.value, "was": was, "would": would_be})

    def fields(self, ruleset: str) -> Row:
        """The report for scripts."""
        return {
            "ruleset": ruleset,
            "comments": self.changes.total(),
            "erased": self.erased_count,
            **{change.value: self.changes[change.value] for change in Change},
            "moves": [
                {"was": was, "would": would, "comments": count}
                for (was, would), count in self.moves.most_common()
            ],
            "sample": self.sample,
        }


def _said(action: str, category: str | None) -> str:
    return action if category is None else f"{action} ({category})"


@answers
def backscan(
    context: typer.Context,
    rules: RuleFiles = None,
    *,
    room: Annotated[str | None, typer.Option(help="This room alone.")] = None,
    since: Annotated[
        datetime | None, typer.Option(help="Comments received from then on, UTC.")
    ] = None,
    show: Annotated[
        int, typer.Option(min=0, max=SHOWN_MAX, help="List so many that would change, by number.")
    ] = 0,
    as_json: JsonFlag = False,
) -> None:
    """Judge what was written by other rules, and say what would have changed.

    Nothing is written; reads beside a running server.
    """
    screen = screen_of(context, rules)
    report = Report(show)

    def scan(stretch: Stretch) -> None:
        comments = tracked(stretch.comments, "judging again", stretch.count)
        report.scan(screen, comments, now_ms())

    scan_judged(
        settings_of(context).store,
        scan,
        room=room_typed(room),
        since_ms=millis_typed(since),
    )
    if as_json:
        print_json(report.fields(screen.ruleset.version))
        return
    counts = [(change.value, report.changes[change.value]) for change in Change]
    print_table(
        "What would change",
        ("what", "comments"),
        [*counts, ("erased, not judged", report.erased_count)],
    )
    moves = [(was, would, count) for (was, would), count in report.moves.most_common()]
    print_table("How", ("was", "would be", "comments"), moves)
    if show:
        columns = ("room", "number", "entry", "change", "was", "would be")
        print_table("Of these", columns, [tuple(row.values()) for row in report.sample])
    done(f"{report.changes.total()} comments judged by rules {screen.ruleset.version}")
