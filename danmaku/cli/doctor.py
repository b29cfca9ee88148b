"""`danmaku doctor`: what would keep the server from starting, or put people at risk."""

import asyncio
import errno
import resource
import socket
from functools import partial
from math import isnan
from pathlib import Path

import typer
from sqlalchemy import Engine

from danmaku.actions.learned import model_in
from danmaku.actions.readiness import condition_of
from danmaku.app import is_public, unsafe_demo
from danmaku.cli.desk import is_open
from danmaku.cli.shell import JsonFlag, answers, print_json, print_table, settings_of
from danmaku.cli.workers import unfit
from danmaku.clock import now_ms
from danmaku.config import IN_MEMORY, Settings
from danmaku.domain.readiness import Gap, Recorded, bars_public, gaps_in
from danmaku.domain.roster import Cover
from danmaku.errors import Coded, DanmakuError
from danmaku.filter.builds import screen_from
from danmaku.filter.faults import RuleFileError
from danmaku.filter.model_file import ModelError
from danmaku.gateway import scatter
from danmaku.nodes.redis_bus import silence_of
from danmaku.store.backups import made_s_of_newest
from danmaku.store.condition import house_in
from danmaku.store.opening import look
from danmaku.store.postgres import reach
from danmaku.store.vault import key_file_of
from danmaku.store.verify import require_record

BACKUP_HOURS_MAX = 48  # a night may be left out
MS_PER_S, S_PER_HOUR = 1000, 3600
DESCRIPTORS_BESIDE_SOCKETS = 500  # files, the record, HTTP requests


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("doctor")(doctor_command)


@answers
def doctor_command(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Look at what would keep the server from starting, or put people at risk."""
    settings = settings_of(context)
    said = _said_by_record(settings)
    checks = [
        ("data directory", *_data_dir(settings.store.data_dir)),
        ("record", *_record(settings, said)),
        ("bus", *_bus(settings)),
        ("rule file", *_rules(settings.filter.rules_file)),
        ("urgent rules", *_urgent_rules(settings.filter.urgent_file)),
        ("learned model", *_model(settings.filter.model_file)),
        ("descriptors", *_descriptors(settings.gateway.connections_max)),
        ("address", *_address(settings)),
        ("fan-out", *_fan_out()),
        ("demo", *_demo(settings)),
        *_house(settings, said),
        ("public address", *_public(settings)),
        ("backup", True, _backup(settings)),
        ("audience", True, _audience(settings)),
    ]
    if as_json:
        print_json([dict(zip(("check", "ok", "text"), check, strict=True)) for check in checks])
    else:
        rows = [(name, "ok" if ok else "MEND", text) for name, ok, text in checks]
        print_table("Doctor", ("check", "state", "what"), rows)
    if not all(ok for _, ok, _ in checks):
        raise typer.Exit(1)


def _data_dir(path: Path) -> tuple[bool, str]:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = path / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return False, f"{path} cannot be written: {error.strerror}."
    if path.stat().st_mode & 0o077:
        return False, f"{path} is readable by others: chmod 700."
    return True, f"{path} can be written."


def _said_by_record(settings: Settings) -> Recorded | str:
    """What the record says of its house; why it says nothing, if it is there."""
    try:
        return look(settings.store, partial(_recorded, settings))
    except Coded:
        return Recorded()
    except (DanmakuError, ValueError) as error:
        return str(error)


def _record(settings: Settings, said: Recorded | str) -> tuple[bool, str]:
    if (reason := unfit(settings)) is not None:
        return False, reason
    if settings.store.url == IN_MEMORY:
        return True, "In memory: it ends with the server."
    try:
        if settings.store.url:
            reach(settings.store)
    except (DanmakuError, ValueError) as error:
        return False, str(error)
    if isinstance(said, str):
        return False, said
    where = "PostgreSQL answers, and keeps what it commits."
    return True, where if settings.store.url else "In the data directory."


def _bus(settings: Settings) -> tuple[bool, str]:
    if not settings.nodes.bus:
        return True, "None."
    if (reason := asyncio.run(silence_of(settings.nodes.bus))) is not None:
        return False, f"Redis gives no answer: {reason}."
    return True, "Redis answers."


def _rules(path: Path | None) -> tuple[bool, str]:
    if path is None:
        return True, "The sample rules decide; write your own before people come."
    return _tried(path)


def _urgent_rules(path: Path | None) -> tuple[bool, str]:
    return (True, "None.") if path is None else _tried(path)


def _tried(path: Path) -> tuple[bool, str]:
    try:
        ruleset = screen_from(path.read_bytes(), str(path)).ruleset
    except (OSError, RuleFileError) as error:
        return False, str(error)
    return True, f"{len(ruleset.rules)} rules, version {ruleset.version}."


def _model(path: Path | None) -> tuple[bool, str]:
    if path is None:
        return True, "None."
    try:
        return True, f"Version {model_in(path).version}."
    except (OSError, ModelError) as error:
        return False, str(error)


def _descriptors(connections_max: int) -> tuple[bool, str]:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections_max + DESCRIPTORS_BESIDE_SOCKETS
    if hard != resource.RLIM_INFINITY and hard < needed:
        return False, f"{hard} allowed, {needed} needed: raise it or lower connections_max."
    return True, f"{needed} needed."


def _fan_out() -> tuple[bool, str]:
    if scatter.IS_COMPILED:
        return True, "Compiled."
    return True, "Not compiled: it works, but each viewer costs more. Install with a C compiler."


def _address(settings: Settings) -> tuple[bool, str]:
    host, port = settings.server.host, settings.server.port
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE and is_open(settings):
            return True, f"{host}:{port}: the server of this data directory runs."
        return False, f"{host}:{port}: {error.strerror}."
    return True, f"{host}:{port} is free."


def _house(settings: Settings, said: Recorded | str) -> list[tuple[str, bool, str]]:
    """What the house lacks: to be mended where the public comes."""
    if isinstance(said, str):
        return []  # the check of the record has told it
    condition = condition_of(said, is_verifying=settings.identity_required)
    gaps, may_wait = gaps_in(condition), not is_public(settings)
    texts = {
        Gap.VAULT_KEY: f"{key_file_of(settings.store)} is not the key of this record: copy that of "
        "another node.",
        Gap.VERIFIER: "Nobody is asked who they are: set a verifier in [identity].",
        Gap.CHIEF_EDITOR: "None: danmaku account grant LOGIN chief_editor.",
        Gap.TRAINING: "Nobody who decides has to pass a test: danmaku training issue.",
        Gap.TERMS: f"Shorter than the law has them: {', '.join(condition.short_terms)}.",
        Gap.TEXTS: f"Still samples: {', '.join(condition.samples)}; danmaku document issue.",
    }
    checks = [
        (
            gap.value.replace("_", " "),
            may_wait or gap not in bars_public(gaps),
            texts[gap] if gap in gaps else "Fine.",
        )
        for gap in Gap
    ]
    cover = Cover(said.open_rooms, said.on_duty, settings.team.rooms_per_reviewer_max)
    return [*checks, ("duty", True, _duty_text(cover))]


def _duty_text(cover: Cover) -> str:
    """Who is there right now keeps no server from starting."""
    told = f"{cover.on_duty} on duty, {cover.open_rooms} open rooms"
    return f"{told}: more than {cover.rooms_max} for each." if cover.is_thin else f"{told}."


def _recorded(settings: Settings, engine: Engine) -> Recorded:
    with engine.connect() as connection, connection.begin():
        require_record(connection)
        return house_in(connection, key_file_of(settings.store), now_ms())


def _demo(settings: Settings) -> tuple[bool, str]:
    reason = unsafe_demo(settings)
    if reason is not None:
        return False, reason
    return True, "On, for this machine alone." if settings.demo else "Off."


def _public(settings: Settings) -> tuple[bool, str]:
    url = settings.server.public_url
    if url.startswith("http://"):
        return False, "public_url is not https: sessions could be read on the way."
    return True, url or "None: cookies are not bound to TLS, which suits this machine alone."


def _backup(settings: Settings) -> str:
    """A house without one starts, and loses all with its disk."""
    made_s = made_s_of_newest(settings.store)
    if isnan(made_s):
        return "There is no embedded record: see docs/operations.md."
    hours = int(now_ms() / MS_PER_S - made_s) // S_PER_HOUR
    if made_s and hours < BACKUP_HOURS_MAX:
        return f"The newest is {hours} hours old."
    advice = "danmaku backup FILE --key KEYFILE, each night."
    told = f"The newest is {hours // 24} days old" if made_s else "None yet"
    return f"{told}: {advice}" if is_public(settings) else f"{told}."


def _audience(settings: Settings) -> str:
    if settings.demo:
        return "The demo: it only says what is missing."
    if is_public(settings):
        return "The public: the server does not start while anything here is to be mended."
    return "Those who make it: what the public needs may be missing still."
