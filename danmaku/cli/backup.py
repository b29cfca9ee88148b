"""`danmaku backup` and `danmaku restore`: the embedded record, sealed in one file and back."""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from danmaku.cli.shell import (
    JsonFlag,
    answers,
    done,
    print_json,
    print_table,
    progress_bars,
    settings_of,
)
from danmaku.cli.way import Way
from danmaku.clock import now_ms
from danmaku.domain.ids import Millis
from danmaku.errors import Code, Coded, NotFound
from danmaku.store.backups import check, make
from danmaku.store.closed import begin_anew
from danmaku.store.envelope import MasterKey, master_keys, write_master_keys
from danmaku.store.restoring import Restored, restore
from danmaku.store.vault import VAULT_FILE


class _FileOrVerb(TyperGroup):
    """`danmaku backup FILE` is short for `danmaku backup make FILE`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As click has it."""
        is_verb = not args or args[0] in {*self.commands, "--help"}
        return super().parse_args(ctx, args if is_verb else ["make", *args])


app = typer.Typer(
    help="Sealed copies of the embedded record: danmaku backup FILE --key KEYFILE.",
    no_args_is_help=True,
    cls=_FileOrVerb,
)

KeyFile = Annotated[
    Path, typer.Option("--key", help="Key of the backups: danmaku backup key.", dir_okay=False)
]
BackupFile = Annotated[Path, typer.Argument(help="The backup.", exists=True, dir_okay=False)]


def register(program: typer.Typer) -> None:
    """Add the commands that are no group."""
    program.command("restore")(restore_command)
    program.command("begin-anew")(begin_anew_command)


@app.command("make")
@answers
def make_command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write; it is not there yet.")],
    *,
    key: KeyFile,
    as_json: JsonFlag = False,
) -> None:
    """Write a sealed copy of the record; the server goes on meanwhile."""
    settings, made_with = settings_of(context).store, _keys_in(key)[0]
    with progress_bars() as bars:
        newest = make(settings, made_with, file, now_ms(), Way(bars).tell)
    if as_json:
        print_json({"sha256": newest.sha256, "bytes": newest.file_bytes, "key": made_with.key_id})
        return
    done(f"{newest.file_bytes} bytes in {file}, sealed with the key {made_with.key_id}.")
    done(f"SHA-256: {newest.sha256}")
    done("The keys of the vault are not in it, nor is its own: keep both elsewhere.")


@app.command("key")
@answers
def key_command(
    file: Annotated[Path, typer.Argument(help="The file to write; it is not there yet.")],
) -> None:
    """Make a key for backups; without it they open for nobody."""
    if file.exists():
        raise Coded(Code.DUPLICATE, f"{file} is there already.")
    write_master_keys(file, [fresh := MasterKey.fresh()])
    done(f"The key {fresh.key_id} is in {file}: keep a copy apart from the backups.")


@app.command("check")
@answers
def check_command(file: BackupFile, *, key: KeyFile, as_json: JsonFlag = False) -> None:
    """See that a backup would come back whole; nothing is written."""
    with file.open("rb") as backup, progress_bars() as bars:
        found = check(backup, _keys_in(key), Way(bars).tell)
    if as_json:
        counts = {"chains": found.chains_count, "entries": found.entries_count}
        print_json({"made_ms": found.made_ms, "sha256": found.sha256, **counts})
        return
    done(f"{found.entries_count} entries in {found.chains_count} chains, every chain is sound.")
    done(f"Made at {_shown(found.made_ms)}; SHA-256: {found.sha256}")


@answers
def restore_command(
    file: BackupFile,
    *,
    into: Annotated[Path, typer.Option("--into", help="Data directory; not there, or empty.")],
    key: KeyFile,
    heads: Annotated[
        Path | None,
        typer.Option(
            "--heads", help="A copy of /heads, to tell what is lost.", exists=True, dir_okay=False
        ),
    ] = None,
    forget: Annotated[
        bool,
        typer.Option(
            "--forget-identities", help="Empty the vault: its key of that time is destroyed."
        ),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Bring a backup back into a directory of its own, prove it, and begin a new epoch."""
    with ExitStack() as stack:
        backup, bars = stack.enter_context(file.open("rb")), stack.enter_context(progress_bars())
        vouched = None if heads is None else stack.enter_context(heads.open("rb"))
        keys, tell = _keys_in(key), Way(bars).tell
        restored = restore(backup, keys, into, tell, heads=vouched, forgets_identities=forget)
    if as_json:
        print_json(_fields(restored))
        return
    print_table("Chains", ("chain", "entries"), list(restored.entries_of.items()))
    if heads is not None:
        lost = [(one.chain, one.first, one.last) for one in restored.lost]
        print_table("Lost, as far as these heads tell", ("chain", "from", "to"), lost)
    done(f"The record of {_shown(restored.made_ms)} is in {into}, every chain is sound.")
    done(f"Its epoch is {restored.epoch}, no longer {restored.former_epoch}.")
    if restored.vault_key_id is not None:
        done(f"Put the vault's key {restored.vault_key_id} into {into / VAULT_FILE}.")
    done("What was recalled, revoked or given up since is back: see docs/operations.md.")


@answers
def begin_anew_command(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Prove a record that other tools have brought back, and begin a new epoch.

    Nobody may have it open. For a dump of PostgreSQL; `danmaku restore` does it by itself.
    """
    with progress_bars() as bars:
        epoch = begin_anew(settings_of(context).store, (way := Way(bars)).tell)
    if as_json:
        print_json({"epoch": epoch, "chains": way.chains_count})
        return
    done(f"{way.chains_count} chains are sound. The epoch is {epoch}; all sign in anew.")


def _keys_in(path: Path) -> list[MasterKey]:
    keys = master_keys(path)
    if not keys:
        raise NotFound(f"There is no key in {path}: danmaku backup key makes one.")
    return keys


def _fields(restored: Restored) -> dict[str, object]:
    return {
        "made_ms": restored.made_ms,
        "former_epoch": restored.former_epoch,
        "epoch": restored.epoch,
        "chains": restored.entries_of,
        "lost": [{"chain": one.chain, "from": one.first, "to": one.last} for one in restored.lost],
        "vault_key": restored.vault_key_id,
    }


def _shown(at_ms: Millis) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(" ", "seconds")
