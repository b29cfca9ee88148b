"""`danmaku vault`: the keys under which identities are sealed, and verifications that end."""

from typing import Annotated

import typer

from danmaku.cli.desk import ask, at
from danmaku.cli.shell import answers, done, settings_of

app = typer.Typer(help="Sealed identities and their keys.", no_args_is_help=True)


@app.command()
@answers
def rotate(context: typer.Context) -> None:
    """Seal all identities anew with other keys; keep the new key file apart from the backups."""
    answer = ask(settings_of(context), "POST", "/vault/rotate")
    done(f"{answer['persons']} identities are sealed with new keys.")


@app.command()
@answers
def end(
    context: typer.Context,
    login: Annotated[str, typer.Argument(help="Whose verification.")],
    reason: Annotated[str, typer.Option(help="Why; it is recorded, and sealed.")],
) -> None:
    """End a verification; the powers that stand on it wait for the next."""
    ask(settings_of(context), "POST", at("accounts", login, "identity", "end"), {"reason": reason})
    done(f"{login} is not verified any more.")
