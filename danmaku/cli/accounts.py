"""`danmaku account` and `danmaku token`: people, their powers, and their clients' keys."""

import sys
from typing import Annotated

import typer

from danmaku.cli.desk import Fields, ask, at, rows
from danmaku.cli.shell import (
    EXIT_USAGE,
    JsonFlag,
    answers,
    done,
    fail,
    out,
    print_json,
    print_rows,
    room_typed,
    settings_of,
)
from danmaku.clock import now_ms
from danmaku.domain.account import Bundle
from danmaku.domain.times import DAY_MS, HOUR_MS

app = typer.Typer(help="Accounts and their powers.", no_args_is_help=True)
tokens = typer.Typer(help="Bearer tokens for clients.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="Sign-in name.")]


@app.command()
@answers
def create(
    context: typer.Context,
    login: Login,
    *,
    name: Annotated[str, typer.Option(help="Public name; the sign-in name if left out.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="An account that is used by tokens only.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Make an account that may comment."""
    password: str | None = None
    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    elif not no_password:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    fields: Fields = {"login": login, "name": name or login, "password": password}
    answer = ask(settings_of(context), "POST", "/accounts", fields)
    if as_json:
        print_json(answer)
    else:
        done(f"Account {login} is ready.")


@app.command()
@answers
def reset(context: typer.Context, login: Login, *, as_json: JsonFlag = False) -> None:
    """Make a one-time link with which the owner sets a new password."""
    answer = ask(settings_of(context), "POST", at("accounts", login, "reset"))
    if as_json:
        print_json(answer)
    else:
        done("Hand this on; it is good once:")
        out.print(str(answer["url"]), soft_wrap=True)


@app.command("sign-out")
@answers
def sign_out(context: typer.Context, login: Login) -> None:
    """End every session and every token of an account; their sockets go within a second."""
    ask(settings_of(context), "POST", at("accounts", login, "sign-out"))
    done(f"{login} is signed in nowhere.")


@app.command()
@answers
def grant(
    context: typer.Context,
    login: Login,
    bundle: Annotated[Bundle, typer.Argument(help="Which powers.")],
    *,
    room: Annotated[str | None, typer.Option(help="In this room only.")] = None,
    hours: Annotated[
        int | None, typer.Option(min=1, help="For so long; without: until revoked.")
    ] = None,
) -> None:
    """Give powers, on the platform or in one room."""
    if bundle is Bundle.INSPECTOR and hours is None:
        fail("An inspector's grant has an end: give --hours.", exit_code=EXIT_USAGE)
    scope = room_typed(room)
    until_ms = None if hours is None else now_ms() + hours * HOUR_MS
    fields: Fields = {"login": login, "bundle": bundle.value, "room": scope, "until_ms": until_ms}
    answer = ask(settings_of(context), "POST", "/grants", fields)
    done(f"{login} is {bundle.value} {'of ' + room if room else 'on the platform'}: "
         f"grant {answer['grant_id']}.")  # fmt: skip


@app.command()
@answers
def grants(context: typer.Context, login: Login, *, as_json: JsonFlag = False) -> None:
    """Show the powers that an account has been given."""
    found = rows(settings_of(context), at("accounts", login, "grants"), "grants")
    columns = ("grant_id", "bundle", "room", "until_ms")
    print_rows("Grants", columns, found, as_json=as_json)


@app.command()
@answers
def revoke(
    context: typer.Context,
    login: Login,
    grant_id: Annotated[str, typer.Argument(help="As `account grants` shows it.")],
) -> None:
    """End a grant at once."""
    ask(settings_of(context), "POST", at("accounts", login, "grants", grant_id, "revoke"))
    done(f"Grant {grant_id} has ended.")


@tokens.command("create")
@answers
def create_token(
    context: typer.Context,
    login: Login,
    *,
    label: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    room: Annotated[str | None, typer.Option(help="Good in this room only.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Life; without: until revoked.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a bearer token. Its secret is shown once."""
    scope = room_typed(room)
    fields: Fields = {
        "login": login,
        "label": label,
        "room": scope,
        "ttl_ms": None if days is None else days * DAY_MS,
    }
    answer = ask(settings_of(context), "POST", "/tokens", fields)
    if as_json:
        print_json(answer)
    else:
        done(f"Token {answer['token_id']}:")
        out.print(str(answer["secret"]), soft_wrap=True)
