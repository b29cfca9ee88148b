"""`danmaku rules`: rule sets with a life, urgent rules and back-scans, from the command line."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from danmaku.cli.desk import Fields, ask, rows
from danmaku.cli.shell import (
    JsonFlag,
    answers,
    done,
    millis_typed,
    print_bytes,
    print_json,
    print_rows,
    print_table,
    settings_of,
    text_of,
)
from danmaku.domain.rule_facts import Treatment
from danmaku.domain.times import MINUTE_MS
from danmaku.filter.rules import Action, Klass

app = typer.Typer(help="Rules with a life: draft, try, activate, scan back.", no_args_is_help=True)

Draft = Annotated[int, typer.Argument(min=1, help="Number of the rule set, as the list shows it.")]
Urgent = Annotated[int, typer.Argument(min=1, help="Number of the urgent rule.")]
Scan = Annotated[int, typer.Argument(min=1, help="Number of the back-scan.")]
Why = Annotated[str, typer.Option(help="Why; sealed.")]
By = Annotated[str, typer.Option("--as", help="Sign-in name of who does it.")]

_SETS = ("draft", "version", "stage", "rules", "why")
_SCANS = ("scan", "phase", "treatment", "version", "comments", "seen", "expected", "hits")
_RECORD = ("rule", "stopped", "upheld", "overturned", "share", "is_doubtful", "provenance")
_URGENT = ("urgent", "rule", "until_ms", "nodes", "reach_ms", "why")


@app.command("list")
@answers
def list_rules(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Show all rule sets."""
    found = rows(settings_of(context), "/rules/sets", "rule_sets")
    print_rows("Rule sets", _SETS, found, as_json=as_json)


@app.command()
@answers
def export(context: typer.Context) -> None:
    """Print the rules in force as a rule file."""
    print_bytes(f"{ask(settings_of(context), 'GET', '/rules/active')['text']}\n".encode())


@app.command()
@answers
def draft(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A rule file.")],
    *,
    why: Why = "",
) -> None:
    """Write a rule set down; nothing is judged by it yet."""
    fields: Fields = {"text": text_of(file), "why": why}
    told = ask(settings_of(context), "POST", "/rules/sets", fields)
    done(f"Rule set {told['draft']}, version {told['version']}, {told['rules']} rules.")


@app.command("shadow")
@answers
def try_on(context: typer.Context, number: Draft, *, why: Why = "") -> None:
    """Let a rule set judge live comments without deciding."""
    _turn(context, number, "shadow", why)


@app.command()
@answers
def activate(context: typer.Context, number: Draft, *, why: Why = "") -> None:
    """Let a rule set decide."""
    _turn(context, number, "activate", why)


@app.command()
@answers
def retire(context: typer.Context, number: Draft, *, why: Why = "") -> None:
    """Put a rule set away."""
    _turn(context, number, "retire", why)


@app.command()
@answers
def report(context: typer.Context) -> None:
    """Show what the rules in the shadow would have changed of live comments."""
    print_json(ask(settings_of(context), "GET", "/rules/shadow"))


@app.command("record")
@answers
def show_record(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Show how rules have done by what people decided, the most doubtful first."""
    found = rows(settings_of(context), "/rules/track-records", "rules")
    print_rows("Rules", _RECORD, found, as_json=as_json)


@app.command("try")
@answers
def judge_text(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="Nothing of it is kept.")],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Show what rule sets in force, in the shadow and in drafts say of a text."""
    told = ask(settings_of(context), "POST", "/rules/try", {"text": text})
    found = told["opinions"]
    if as_json or not isinstance(found, list):
        print_json(told)
        return
    columns = ("draft", "stage", "version", "action", "category", "masked")
    print_table("Opinions", columns, [tuple(one[key] for key in columns) for one in found])


# --- urgent rules


@app.command("urgent")
@answers
def list_urgent(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Show urgent rules, and how quickly each reached the servers."""
    found = rows(settings_of(context), "/urgent-rules", "rules")
    print_rows("Urgent rules", _URGENT, found, as_json=as_json)


@app.command("add-urgent")
@answers
def add_urgent(  # noqa: PLR0913 -- options of a command line
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="The word, or with --pattern an expression of RE2.")],
    *,
    why: Annotated[str, typer.Option(help="Why; sealed.")],
    category: Annotated[str, typer.Option(help="What people see as the reason.")],
    minutes: Annotated[int, typer.Option(min=1, max=44_640, help="How long it holds.")] = 60,
    klass: Annotated[Klass, typer.Option("--class", help="On what ground.")] = Klass.NEGATIVE,
    action: Annotated[Action, typer.Option(help="Mask, hold or refuse.")] = Action.HOLD,
    pattern: Annotated[bool, typer.Option("--pattern", help="It is an expression.")] = False,
) -> None:
    """Lay one word or pattern over the rules in force, at once and for a time."""
    fields: Fields = {
        "text": text,
        "is_pattern": pattern,
        "category": category,
        "klass": klass.value,
        "action": action.value,
        "lasts_ms": minutes * MINUTE_MS,
        "why": why,
    }
    told = ask(settings_of(context), "POST", "/urgent-rules", fields)
    done(f"Urgent rule {told['urgent']}, for {minutes} min.")


@app.command("adopt-urgent")
@answers
def adopt_urgent(context: typer.Context, number: Urgent, *, why: Why = "") -> None:
    """Let an urgent rule stay."""
    ask(settings_of(context), "POST", f"/urgent-rules/{number}/adopt", {"why": why})
    done("It stays.")


@app.command("end-urgent")
@answers
def end_urgent(context: typer.Context, number: Urgent, *, why: Why = "") -> None:
    """Take an urgent rule back."""
    ask(settings_of(context), "POST", f"/urgent-rules/{number}/end", {"why": why})
    done("Ended.")


# --- back-scans


@app.command("scans")
@answers
def list_scans(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Show back-scans, and how far they are."""
    found = rows(settings_of(context), "/back-scans", "scans")
    print_rows("Back-scans", _SCANS, found, as_json=as_json)


@app.command("scan")
@answers
def scan_back(  # noqa: PLR0913 -- options of a command line
    context: typer.Context,
    *,
    number: Annotated[
        int | None, typer.Option("--draft", min=1, help="A rule set; else those in force.")
    ] = None,
    room: Annotated[str | None, typer.Option(help="This room alone.")] = None,
    since: Annotated[datetime | None, typer.Option(help="From then on, UTC.")] = None,
    treatment: Annotated[Treatment, typer.Option(help="What becomes of hits.")] = Treatment.HOLD,
    execute: Annotated[bool, typer.Option("--execute", help="Do it; else it is told.")] = False,
    by: Annotated[str, typer.Option("--as", help="Sign-in name of who answers for it.")] = "",
    why: Why = "",
) -> None:
    """Say what rules make of what is public already; with --execute, do it as number `scan`."""
    settings = settings_of(context)
    stretch: Fields = {"draft": number, "room": room, "since_ms": millis_typed(since)}
    told = ask(settings, "POST", "/back-scans/preview", stretch)
    counted = told["report"]
    if not execute or not isinstance(counted, dict):
        print_json(told)
        return
    fields: Fields = stretch | {
        "upto_ms": told["upto_ms"],
        "comments": counted["comments"],
        "hits": counted["hits"],
        "treatment": treatment.value,
        "login": by,
        "why": why,
    }
    print_json(told | {"scan": ask(settings, "POST", "/back-scans", fields)["scan"]})


@app.command("stop-scan")
@answers
def stop_scan(context: typer.Context, number: Scan, *, by: By) -> None:
    """Take no more measures; those that were taken stay."""
    ask(settings_of(context), "POST", f"/back-scans/{number}/stop", {"login": by})
    done("Stopped.")


@app.command("undo-scan")
@answers
def undo_scan(context: typer.Context, number: Scan, *, by: By) -> None:
    """Reverse all measures of a back-scan that stand."""
    ask(settings_of(context), "POST", f"/back-scans/{number}/undo", {"login": by})
    done("It is being undone.")


def _turn(context: typer.Context, number: int, verb: str, why: str) -> None:
    told = ask(settings_of(context), "POST", f"/rules/sets/{number}/{verb}", {"why": why})
    done(f"Rule set {told['draft']} is {told['stage']}.")
