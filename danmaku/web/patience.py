"""One HTTP connection, and how long it may keep the house waiting.

The library closes connections between two requests, and no others: who never ends a head, sends a
body byte by byte, or takes nothing of an answer would be waited for without end. Each of these has
its deadline here; a socket's own begin with its upgrade (`gateway.session`).

Each open connection costs a descriptor, of which the record, the pages and the logs need some too.
So visitors are told to come back before the last are gone.

Belongs to the event loop's thread.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from uvicorn.config import Config
from uvicorn.server import ServerState

from danmaku.web.heads import Heads

LOOK_S = 0.5  # between two looks at a connection; deadlines are kept to this
RETRY_S = 5
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: %d\r\nConnection: close\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 29\r\n\r\nNo room for more people now.\n"
) % RETRY_S
_LATE = (
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 24\r\n\r\nThis took you too long.\n"
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What HTTP connections are held to.

    Attributes:
        connections_max: Open ones, sockets among them; None: as many as come.
        head_s: For the head of a request.
        body_s: For its body, beside what it takes at `body_bytes_per_s_min`.
        body_bytes_per_s_min: The slowest that is waited for.
        answer_s: How long somebody may take nothing of an answer.
    """

    connections_max: int | None
    head_s: float
    body_s: float
    body_bytes_per_s_min: int
    answer_s: float


class PatientConnection(Heads):
    """See the module."""

    terms: ClassVar[Terms]

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._next_look: asyncio.TimerHandle | None = None
        self._head_by_s: float | None = None  # when the head that is awaited must be whole
        self._body_by_s: float | None = None  # as that, its body
        self._taken_by_s: float | None = None  # when somebody must have taken of the answer

    # --- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the visitor in, if there is room."""
        self.transport = cast("asyncio.Transport", transport)
        most = self.terms.connections_max
        if most is not None and len(self.connections) >= most:
            self.transport.write(_FULL)
            self.transport.close()
            return
        super().connection_made(self.transport)
        self._await_head()
        self._look_again()

    def data_received(self, data: bytes) -> None:
        """Take what comes in."""
        if self._next_look is None:  # turned away
            return
        super().data_received(data)
        if self._is_forgotten():
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._look_no_more()
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        """The visitor has taken some."""
        self._taken_by_s = None
        super().resume_writing()

    # --- the library's parser

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        if self._head_by_s is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        self._head_by_s = None
        self._body_by_s = self.loop.time() + self.terms.body_s
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Something of its body has come: what comes quickly may be long."""
        if self._body_by_s is not None:
            self._body_by_s += len(body) / self.terms.body_bytes_per_s_min
        super().on_body(body)

    def on_message_complete(self) -> None:
        """It is whole."""
        self._body_by_s = None
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """From here on the socket's own deadlines hold."""
        self._look_no_more()
        super().handle_websocket_upgrade()

    # --- deadlines

    def _is_forgotten(self) -> bool:
        """Whether the library waits for the next request, but not for its own time to be up."""
        if self._next_look is None:  # it has become a socket
            return False
        awaits_some = self._head_by_s is not None or self._body_by_s is not None
        is_timed = self.timeout_keep_alive_task is not None
        return not (awaits_some or is_timed) and self.cycle.response_complete

    def _await_head(self) -> None:
        self._head_by_s = self.loop.time() + self.terms.head_s

    def _look_again(self) -> None:
        self._next_look = self.loop.call_later(LOOK_S, self._look)

    def _look_no_more(self) -> None:
        if self._next_look is not None:
            self._next_look.cancel()
            self._next_look = None

    def _look(self) -> None:
        now_s = self.loop.time()
        if self._takes_nothing(now_s):
            self.transport.abort()  # closing would wait for what is not taken
            return
        if self._body_by_s is not None and self.flow.read_paused:
            self._body_by_s += LOOK_S  # it is we who do not read
        if self._keeps_waiting(now_s) and not self.transport.is_closing():
            if not self._is_answering():
                self.transport.write(_LATE)
            self.transport.close()
        self._look_again()

    def _takes_nothing(self, now_s: float) -> bool:
        if not self.transport.get_write_buffer_size():
            self._taken_by_s = None
        elif self._taken_by_s is None:
            self._taken_by_s = now_s + self.terms.answer_s
        return self._taken_by_s is not None and now_s >= self._taken_by_s

    def _keeps_waiting(self, now_s: float) -> bool:
        deadlines = (self._head_by_s, self._body_by_s)
        return any(by_s is not None and now_s >= by_s for by_s in deadlines)


def patient(terms: Terms) -> type[PatientConnection]:
    """Connections on these terms: what uvicorn is given as `http=`."""

    class BoundConnection(PatientConnection):
        pass

    BoundConnection.terms = terms
    return BoundConnection
