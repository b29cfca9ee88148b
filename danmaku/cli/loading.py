"""The commands by name, of which only the one that was asked for is loaded.

Somebody who speaks to a running server does not wait for the parts that a server is made of.
"""

import contextlib
import gc
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, cast

import typer
from typer.core import TyperGroup
from typer.main import get_group

_PLACES = {  # file, and what in it is the command: a group, or what adds it
    "serve": "server:register",
    "config": "server:register",
    "doctor": "doctor:register",
    "feed": "record:register",
    "export": "record:register",
    "import": "record:register",
    "verify": "record:register",
    "chain": "copies:register",
    "verifier": "copies:register",
    "bundle": "bundle:register",
    "duties": "duties:register",
    "migrate": "migrate:register",
    "restore": "backup:register",
    "begin-anew": "backup:register",
    "roster": "team:register",
    "bench": "bench:register",
    "backup": "backup:app",
    "room": "rooms:app",
    "account": "accounts:app",
    "token": "accounts:tokens",
    "review": "review:app",
    "case": "cases:app",
    "bulk": "bulk_recalls:app",
    "name": "names:app",
    "measure": "measures:app",
    "control": "measures:controls",
    "hold": "legal_holds:app",
    "document": "documents:app",
    "credit": "credit:app",
    "feature": "features:app",
    "load": "load:app",
    "filing": "filings:app",
    "order": "filings:orders",
    "filter": "filter_group:app",
    "rules": "rule_sets:app",
    "training": "team:app",
    "vault": "vault:app",
    "webhook": "webhooks:app",
    "conform": "conform:app",
}


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """What is loaded stays, and looking through it for garbage takes a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class Commands(TyperGroup):
    """The group of all commands, in the order of its help."""

    def __init__(self, **chosen: Any) -> None:
        super().__init__(**chosen)
        self.commands = cast("Any", _Loaded(self.rich_markup_mode))

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 -- as the library calls it
        """As the library has it, which would load them all."""
        return list(_PLACES)


class _Loaded(Mapping[str, Any]):
    """Commands by name; whoever looks at one loads it."""

    def __init__(self, markup: Any) -> None:
        self._markup = markup

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = _PLACES[name].partition(":")
        with _uncollected():
            found = getattr(import_module(f"danmaku.cli.{module}"), attribute)
        program = typer.Typer(rich_markup_mode=self._markup)
        if isinstance(found, typer.Typer):
            program.add_typer(found, name=name)
        else:
            found(program)
        return get_group(program).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)
