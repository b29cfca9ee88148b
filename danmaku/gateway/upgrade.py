"""From a request to a socket: what is read, what is agreed on, what is answered.

`websockets` judges offers and words refusals; but browsers of one kind all offer the same, so each
distinct offer is judged once, and a head as browsers send it is read in one piece. What is unusual
in any way goes to the library's own parser.
"""

import re
from base64 import b64decode
from collections.abc import Sequence
from functools import lru_cache
from http import HTTPStatus

from websockets.datastructures import Headers, MultipleValuesError
from websockets.exceptions import InvalidHandshake
from websockets.extensions.permessage_deflate import (
    PerMessageDeflate,
    ServerPerMessageDeflateFactory,
)
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol
from websockets.utils import accept_key

from danmaku.gateway.doorkeeper import Rejection

OFFERS_MAX = 256  # distinct ones that are remembered
OFFER_CHARS_MAX = 2048  # browsers' have 150; it is kept for as long as the connection
_WINDOW_BITS = 15  # what `framing` compresses with
_KEY_BYTES = 16
_USUAL_BYTES_MAX = 8192
_USUAL = re.compile(
    rb"(GET) ([!-~]+) (HTTP/1\.1)\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t -~]*\r\n){1,64})\r\n"
)
_OFFERED = (
    "Connection",
    "Upgrade",
    "Sec-WebSocket-Version",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Extensions",
)
_TOO_LONG = Rejection(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "This offers too much.")
_NO_REQUEST = Rejection(HTTPStatus.BAD_REQUEST, "This asks for no socket.")
_SOME_KEY = "AAAAAAAAAAAAAAAAAAAAAA=="

Offer = tuple[tuple[str, ...], ...]


class Agreement:
    """What a client and this server have agreed on; one for all clients that offer the same.

    Args:
        judge: Who has agreed.
        offered: The headers that it was about.
        message_bytes_max: Size of the longest message.

    Raises:
        InvalidHandshake: There is nothing to agree on.
    """

    def __init__(self, judge: ServerProtocol, offered: Headers, message_bytes_max: int) -> None:
        _, extensions, _ = judge.process_request(Request("/", offered))
        self.dialect = str(judge.subprotocol or "")  # empty where there is but one
        self.is_shareable = _is_shareable(judge)  # takes frames that are compressed for everybody
        self._judge = judge
        self._offered = offered
        self.message_bytes_max = message_bytes_max
        self._head = (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + (f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else "")
            + (f"Sec-WebSocket-Protocol: {self.dialect}\r\n" if self.dialect else "")
            + "Sec-WebSocket-Accept: "
        )

    def answer(self, key: str) -> bytes:
        """The answer to a request with that key."""
        return f"{self._head}{accept_key(key)}\r\n\r\n".encode()

    def machine(self) -> ServerProtocol:
        """A new protocol machine for a connection on these terms, the upgrade done."""
        machine = ServerProtocol(state=State.OPEN, max_size=self.message_bytes_max)
        _, machine.extensions = self._judge.process_extensions(self._offered)
        return machine


class Upgrades:
    """Reads and answers the requests for sockets.

    Args:
        dialects: Names of the subprotocols; none: whatever a client names is passed over.
        compress: Whether compression is agreed to.
        message_bytes_max: Size of the longest message.
    """

    def __init__(self, dialects: Sequence[str], *, compress: bool, message_bytes_max: int) -> None:
        deflate = ServerPerMessageDeflateFactory(
            server_no_context_takeover=True, client_no_context_takeover=True
        )
        self._judge = _Judge(
            subprotocols=[Subprotocol(name) for name in dialects] or None,
            extensions=[deflate] if compress else [],
        )
        self._message_bytes_max = message_bytes_max
        self._agreed = lru_cache(OFFERS_MAX)(self._agree)

    def read(self, head: bytes) -> Request | bytes:
        """The request, or the answer to what is none.

        Args:
            head: The whole of it, as uvicorn hands it over.
        """
        usual = _USUAL.fullmatch(head) if len(head) <= _USUAL_BYTES_MAX else None
        if usual is None:
            return self._read_unusual(head)
        headers = Headers()
        for line in usual[4].decode().split("\r\n")[:-1]:
            name, _, value = line.partition(":")
            headers[name] = value.strip(" \t")
        if "Content-Length" in headers or "Transfer-Encoding" in headers:
            return self._read_unusual(head)
        return Request(usual[2].decode(), headers)

    def agree(self, request: Request) -> Agreement | bytes:
        """What comes of a request, or the answer that nothing does."""
        if request.method == "GET" and request.protocol == "HTTP/1.1" and _has_key(request):
            get_all = request.headers.get_all
            offer = tuple([tuple(get_all(name)) for name in _OFFERED])
            if sum([len(value) for values in offer for value in values]) > OFFER_CHARS_MAX:
                return self.reject(_TOO_LONG)
            try:
                return self._agreed(offer)
            except InvalidHandshake:
                pass  # said in full below
        return self._judge.accept(request).serialize()

    def reject(self, rejection: Rejection) -> bytes:
        """The answer to a request that may not be granted."""
        response = self._judge.reject(rejection.status, rejection.text + "\n")
        if rejection.retry_after_s is not None:
            response.headers["Retry-After"] = str(rejection.retry_after_s)
        return response.serialize()

    def _agree(self, offer: Offer) -> Agreement:
        offered = Headers({"Sec-WebSocket-Key": _SOME_KEY})
        for name, values in zip(_OFFERED, offer, strict=True):
            for value in values:
                offered[name] = value
        return Agreement(self._judge, offered, self._message_bytes_max)

    def _read_unusual(self, head: bytes) -> Request | bytes:
        machine = ServerProtocol()
        machine.receive_data(head)
        for event in machine.events_received():
            if isinstance(event, Request):
                return event
        return b"".join(machine.data_to_send()) or self.reject(_NO_REQUEST)


class _Judge(ServerProtocol):
    """Chooses the first dialect of the client's list that we know. It has no connection."""

    def select_subprotocol(self, subprotocols: Sequence[Subprotocol]) -> Subprotocol | None:
        ours = self.available_subprotocols or ()
        known = [name for name in subprotocols if name in ours]
        return super().select_subprotocol(known[:1])


def _has_key(request: Request) -> bool:
    try:
        key = request.headers["Sec-WebSocket-Key"]
        return len(b64decode(key.encode(), validate=True)) == _KEY_BYTES
    except (KeyError, MultipleValuesError, ValueError):
        return False


def _is_shareable(judge: ServerProtocol) -> bool:
    return any(
        isinstance(extension, PerMessageDeflate)
        and extension.local_no_context_takeover
        and extension.local_max_window_bits == _WINDOW_BITS
        for extension in judge.extensions
    )
