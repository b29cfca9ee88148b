"""Our own server in the contest: the real one, with a real record and a real filter."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from bench.audience import Knock
from bench.contest.contestant import Lack, text_of
from bench.frames import TEXT, client_frame, upgrade_request
from bench.furnishing import furnish
from bench.probes import server_histograms
from bench.rules import rule_file
from bench.server import Server
from danmaku.conformance.encodings import Dialect

RULES = 1000
IN_FLIGHT_MAX = 8  # half of what it takes: a comment may be back before it is answered
_ROOM = "bench"
_UNLIMITED = "1000000"
# One account does the work of thousands, so the limits on one account are out of the way.
_SETTINGS = {
    "ADMISSION__SENDS_PER_S": _UNLIMITED,
    "ADMISSION__SENDS_BURST": _UNLIMITED,
    "GATEWAY__MESSAGES_PER_S": _UNLIMITED,
    "GATEWAY__MESSAGES_BURST": _UNLIMITED,
    "SERVER__DRAIN_MS": "0",
}


@dataclass(frozen=True, slots=True)
class Ours:
    """One way of running it.

    Attributes:
        settings: Beyond those of every run, by the names of their variables without the prefix.
        deflate: Whether viewers ask for compression.
    """

    name: str
    notes: str
    settings: Mapping[str, str] = field(default_factory=dict)
    deflate: bool = False

    @property
    def lacks(self) -> Sequence[Lack]:
        """Nothing: the others are held against it."""
        return ()

    def install(self) -> None:
        """It is here."""

    def start(self, folder: Path, *, core: int | None, rooms: int = 1) -> "Serving":
        """Bring it up with its rooms, its rules, and accounts that may comment."""
        rules = folder / "rules.toml"
        rules.write_text(rule_file(RULES), encoding="utf-8")
        settings = {**_SETTINGS, "FILTER__RULES_FILE": str(rules), **self.settings}
        server = Server(folder, settings, core=core)
        server.start()
        with ExitStack() as undo:
            undo.callback(server.kill)
            names = [_name_of(room) for room in range(rooms)]
            [token] = furnish(server.desk, names, senders=1).tokens
            serving = Serving(server, token, rooms=rooms, deflate=self.deflate)
            undo.pop_all()
        return serving


class Serving:
    """Our server while it runs.

    Args:
        server: Started.
        token: Of the account that comments.
        rooms: Open.
        deflate: Whether viewers ask for compression.
    """

    def __init__(self, server: Server, token: str, *, rooms: int, deflate: bool) -> None:
        self._server = server
        self._token = token
        self._rooms = rooms
        self._deflate = deflate

    @property
    def pids(self) -> list[int]:
        """One process does it all."""
        return [self._server.pid]

    @property
    def rooms(self) -> int:
        """As many as were asked for."""
        return self._rooms

    @property
    def in_flight_max(self) -> int:
        """A socket with more unanswered comments is told to wait."""
        return IN_FLIGHT_MAX

    @property
    def speakers_hear(self) -> bool:
        """Who comments is in the room."""
        return True

    def watcher(self, room: int = 0) -> Knock:
        """A guest who reads JSON."""
        return self._knock(_name_of(room), {"op": "hello"}, deflate=self._deflate)

    def speaker(self, n: int) -> Knock:  # noqa: ARG002 -- one account has as many sockets as it likes
        """The account that comments."""
        return self._knock(_name_of(0), {"op": "hello", "token": self._token}, deflate=False)

    def said(self, number: int) -> bytes:
        """A comment, known again by its number."""
        message = {"op": "send", "id": f"c-{number}", "text": text_of(number)}
        return client_frame(TEXT, orjson.dumps(message))

    def commit_ms(self, share: float) -> float | None:
        """From the server's own histogram, over all that it has committed so far."""
        commits = server_histograms(self._server.address).get("danmaku_commit_seconds")
        bound_s = commits.bound_of(share) if commits else None
        return None if bound_s is None else round(bound_s * 1000, 6)

    def stop(self) -> None:
        """End it; its port is free when it has ended."""
        with suppress(subprocess.TimeoutExpired):  # it was killed then
            self._server.stop()

    def _knock(self, room: str, hello: dict[str, str], *, deflate: bool) -> Knock:
        host, _, port = self._server.address.rpartition(":")
        request = upgrade_request(
            f"/rooms/{room}/live",
            host=self._server.address,
            key=os.urandom(16),
            subprotocol=Dialect.JSON,
            deflate=deflate,
        )
        return Knock(host, int(port), request, client_frame(TEXT, orjson.dumps(hello)))


def _name_of(room: int) -> str:
    return f"{_ROOM}-{room}"


OURS = Ours("danmaku", "as it is installed: a busy room gathers")
OURS_AT_ONCE = Ours(
    "danmaku, at once", "a room never gathers", settings={"GATEWAY__GATHER_MS_MAX": "0"}
)
OURS_DEFLATED = Ours("danmaku, deflated", "one compressed frame for all viewers", deflate=True)
