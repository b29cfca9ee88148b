"""`danmaku case`: the queue of cases, from the command line.

The operator's desk acts for a named person, so that the record says who decided.
"""

from typing import Annotated

import typer

from danmaku.cli.desk import Fields, ask, at, rows
from danmaku.cli.shell import (
    JsonFlag,
    answers,
    done,
    print_json,
    print_rest,
    print_rows,
    room_typed,
    settings_of,
)
from danmaku.domain.case_lists import QUEUE_PAGE
from danmaku.domain.cases import CaseKind, CaseOutcome, CaseState

app = typer.Typer(help="Cases: what needs a person's decision.", no_args_is_help=True)

COLUMNS = ("case_id", "kind", "category", "state", "room", "number", "reports_count", "due_ms")

By = Annotated[str, typer.Option("--as", help="Sign-in name of who does it.")]
CaseId = Annotated[str, typer.Argument(help="Id of the case, as the list shows it.")]
Note = Annotated[str, typer.Option(help="Why; sealed.")]


@app.command("list")
@answers
def list_cases(  # noqa: PLR0913 -- options of a command line
    context: typer.Context,
    *,
    kind: Annotated[CaseKind | None, typer.Option(help="Of this kind only.")] = None,
    state: Annotated[CaseState | None, typer.Option(help="Open, claimed or escalated.")] = None,
    room: Annotated[str | None, typer.Option(help="Of this room only.")] = None,
    overdue: Annotated[bool, typer.Option(help="Those that should be decided by now.")] = False,
    ended: Annotated[bool, typer.Option(help="Those that ended, newest first.")] = False,
    after: Annotated[
        str, typer.Option(help="Behind this one: its `after`, as the list tells it.")
    ] = "",
    as_json: JsonFlag = False,
) -> None:
    """Show a page of cases in the order of the queue."""
    asked = {
        "kind": kind,
        "state": state,
        "room": room_typed(room),
        "overdue": overdue,
        "ended": ended,
        "after": after,
    }
    found = rows(settings_of(context), "/cases", "cases", asked)
    print_rows("Cases", COLUMNS, found, as_json=as_json)
    if not as_json:
        print_rest(found, QUEUE_PAGE, "--after", "after")


@app.command()
@answers
def show(context: typer.Context, case_id: CaseId) -> None:
    """Show one case with what was written in it and done in it."""
    print_json(ask(settings_of(context), "GET", at("cases", case_id)))


@app.command()
@answers
def claim(
    context: typer.Context,
    case_id: Annotated[str | None, typer.Argument(help="Which; else the next one.")] = None,
    *,
    by: By,
) -> None:
    """Claim a case, or what is to be decided first."""
    path = "/cases/next" if case_id is None else at("cases", case_id, "claim")
    answer = ask(settings_of(context), "POST", path, {"login": by})
    case = answer if case_id is not None else answer["case"]
    if not isinstance(case, dict):
        done("Nothing waits.")
        return
    done(f"Claimed: {case['case_id']}.")


@app.command()
@answers
def release(context: typer.Context, case_id: CaseId, *, by: By) -> None:
    """Give a case back."""
    ask(settings_of(context), "POST", at("cases", case_id, "release"), {"login": by})
    done("Released.")


@app.command()
@answers
def escalate(context: typer.Context, case_id: CaseId, *, by: By, note: Note = "") -> None:
    """Pass a case on to an editor."""
    fields: Fields = {"login": by, "note": note}
    ask(settings_of(context), "POST", at("cases", case_id, "escalate"), fields)
    done("Passed on.")


@app.command()
@answers
def merge(
    context: typer.Context,
    case_id: CaseId,
    into: Annotated[str, typer.Argument(help="The case that it goes on in.")],
    *,
    by: By,
) -> None:
    """Let a case go on as a part of another."""
    ask(settings_of(context), "POST", at("cases", case_id, "merge"), {"login": by, "into": into})
    done(f"Goes on in {into}.")


@app.command()
@answers
def decide(
    context: typer.Context,
    case_id: CaseId,
    outcome: Annotated[CaseOutcome, typer.Argument(help="Whether what the case says is right.")],
    *,
    by: By,
    category: Annotated[str | None, typer.Option(help="Else that of the case.")] = None,
    note: Note = "",
) -> None:
    """Decide a case that was claimed; what follows for a comment or measure is done with it."""
    fields: Fields = {"login": by, "outcome": outcome.value, "category": category, "note": note}
    ask(settings_of(context), "POST", at("cases", case_id, "decide"), fields)
    done(f"Decided: {outcome.value}.")


@app.command()
@answers
def appeal(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="Why it was wrong.")],
    *,
    by: By,
    measure: Annotated[str, typer.Option(help="Id of the measure.")],
) -> None:
    """Write down an appeal against a measure that came on paper."""
    fields: Fields = {"login": by, "text": text, "measure_id": measure}
    done(f"Receipt: {ask(settings_of(context), 'POST', '/appeals', fields)['receipt']}.")


@app.command()
@answers
def receipt(
    context: typer.Context, word: Annotated[str, typer.Argument(help="The receipt.")]
) -> None:
    """Show what became of what was filed."""
    print_json(ask(settings_of(context), "GET", at("receipts", word)))
