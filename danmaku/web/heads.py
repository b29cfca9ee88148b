"""The head of a request, held to its bounds and to one reading before anything is made of it.

A proxy in front and a server behind it that read one head in two ways can be made to take the end
of one visitor's request for the beginning of another's. The parser refuses most of what has two
readings; what it leaves to its callers is refused here. It also gathers a field of any length, and
reports it when it is whole: so what comes in without anything being reported is counted.
"""

import re
from typing import NoReturn
from urllib.parse import urlsplit

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_BYTES_MAX = 8192  # target, names and values; and whatever comes in unreported
HEAD_FIELDS_MAX = 64
_BESIDE_BYTES = 4  # of a field, beside its name and its value: colon, blank, end of line
_HOST = re.compile(rb"[\w.~%!$&'()*+,;=-]*(:\d*)?|\[[\da-fA-F:.]+\](:\d*)?")
_VERSIONS = ("1.0", "1.1")


class Heads(HttpToolsProtocol):
    """One connection of the public door."""

    _bytes = 0  # of this head, and of what follows its body
    _fields = 0
    _unreported_bytes = 0
    _is_in_head = False
    _has_reported = False
    _why = ""  # it was refused

    def data_received(self, data: bytes) -> None:
        """Read on; end a connection that sends on and on without having said anything."""
        self._has_reported = False
        super().data_received(data)
        self._unreported_bytes = 0 if self._has_reported else self._unreported_bytes + len(data)
        if self._unreported_bytes > HEAD_BYTES_MAX and not self.transport.is_closing():
            self.send_400_response("This is too long.")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._bytes = self._fields = 0
        self._is_in_head = True

    def on_url(self, url: bytes) -> None:
        """A part of the target."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field; one that comes after the body is not the head's any more, and passed over."""
        self._fields += 1
        self._count(len(name) + len(value) + _BESIDE_BYTES)
        if self._fields > HEAD_FIELDS_MAX:
            self._refuse("This has too many fields.")
        if self._is_in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._is_in_head = False
        self._has_reported = True
        version = self.parser.get_http_version()
        hosts = self._values_of(b"host")
        if version not in _VERSIONS:
            self._refuse("This version is not spoken here.")
        if len(hosts) > 1 or (version == "1.1" and not hosts):
            self._refuse("A request names one host.")
        if hosts and not _is_host(hosts[0]):
            self._refuse("This is no host.")
        if any(coding.lower() != b"chunked" for coding in self._values_of(b"transfer-encoding")):
            self._refuse("A body is sent as it is, or in chunks.")
        super().on_headers_complete()
        if self.parser.should_upgrade() and not self._should_upgrade():
            self.cycle.keep_alive = False  # the parser drops what came in behind such a head

    def on_body(self, body: bytes) -> None:
        """A part of the body, whose own bound is the guard's."""
        self._has_reported = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._has_reported = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse, and end the connection: where the next request would begin is not known."""
        if self._is_answering():
            self.transport.close()  # a second answer would be read as part of the first
        else:
            super().send_400_response(self._why or msg)

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = vars(self)["cycle"]  # None before the first request
        return cycle is not None and cycle.response_started and not cycle.response_complete

    def _values_of(self, name: bytes) -> list[bytes]:
        return [value.strip() for known, value in self.headers if known == name]

    def _count(self, size: int) -> None:
        self._bytes += size
        if self._bytes > HEAD_BYTES_MAX:
            self._refuse("This head is too long.")

    def _refuse(self, why: str) -> NoReturn:
        self._why = why
        raise ValueError(why)  # ends the parser, which has the base class refuse


def _is_host(value: bytes) -> bool:
    """Whether handlers can take it apart: they make addresses of it."""
    if _HOST.fullmatch(value) is None:
        return False
    try:
        port = urlsplit(f"//{value.decode()}").port
    except ValueError:  # no such address, or no such port
        return False
    return port != 0
