"""The protocol machine of one connection: `websockets`' own, with a short way for plain messages.

Nearly everything that comes in is one whole small message in one frame, and one such costs more in
the machine's parser than in all the rest of receiving it. Where the parser stands between two
frames, such a frame is read here; whatever is anything else goes through the parser.
"""

from collections.abc import Sequence

from websockets.extensions.base import ServerExtensionFactory
from websockets.extensions.permessage_deflate import (
    PerMessageDeflate,
    ServerPerMessageDeflateFactory,
)
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.speedups import apply_mask
from websockets.typing import Subprotocol

TEXT, BINARY = 0x81, 0x82  # first bytes of whole, plain messages
_WINDOW_BITS = 15  # what `framing` compresses with
_MASKED = 0x80
_LENGTH = 0x7F
_MEDIUM, _LARGE = 126, 127  # lengths that stand for a longer field
_SMALL_HEAD, _MEDIUM_HEAD = 6, 8  # with the mask's four bytes
_HEAD_END = b"\r\n\r\n"


class Wire(ServerProtocol):
    """One connection's machine; it chooses the first dialect of the client's list that we know.

    Args:
        dialects: Names of the subprotocols.
        message_bytes_max: Size of the longest message.
        extensions: From `extensions_of`.
    """

    def __init__(
        self,
        dialects: Sequence[Subprotocol],
        message_bytes_max: int,
        extensions: Sequence[ServerExtensionFactory],
    ) -> None:
        super().__init__(subprotocols=dialects, extensions=extensions, max_size=message_bytes_max)
        self._message_bytes_max = message_bytes_max
        self._is_between = False  # the parser has had whole frames only

    def select_subprotocol(self, subprotocols: Sequence[Subprotocol]) -> Subprotocol | None:
        """See `ServerProtocol`."""
        ours = self.available_subprotocols or ()
        known = [name for name in subprotocols if name in ours]
        return super().select_subprotocol(known[:1])

    def receive_data(self, data: bytes | bytearray) -> None:
        """See `ServerProtocol`; the long way."""
        if self.state is State.CONNECTING:
            self._is_between = data.find(_HEAD_END) == len(data) - len(_HEAD_END)
        elif self._is_between:
            self._is_between = _is_frames(data)
        super().receive_data(data)

    def plain_message(self, data: bytes) -> bytes | None:
        """The payload, where `data` is one whole message, uncompressed, and nothing else is open.

        None leaves `data` to `receive_data`; nothing has been taken then. The first byte of `data`
        tells text from binary.
        """
        if not self._is_between or self.current_size is not None or self.state is not State.OPEN:
            return None
        if len(data) < _SMALL_HEAD or data[0] not in (TEXT, BINARY) or data[1] < _MASKED:
            return None
        head, length = _SMALL_HEAD, data[1] & _LENGTH
        if length == _MEDIUM:
            head, length = _MEDIUM_HEAD, data[2] << 8 | data[3]
        elif length == _LARGE:
            return None
        if length != len(data) - head or length > self._message_bytes_max:
            return None
        return apply_mask(data[head:], data[head - 4 : head])

    @property
    def is_shareable(self) -> bool:
        """Whether the connection takes frames that were compressed for everybody."""
        return any(
            isinstance(extension, PerMessageDeflate)
            and extension.local_no_context_takeover
            and extension.local_max_window_bits == _WINDOW_BITS
            for extension in self.extensions
        )


def extensions_of(*, compress: bool) -> list[ServerExtensionFactory]:
    """What is offered to clients."""
    if not compress:
        return []
    factory = ServerPerMessageDeflateFactory(
        server_no_context_takeover=True, client_no_context_takeover=True
    )
    return [factory]


def _is_frames(data: bytes | bytearray) -> bool:
    """Whether whole masked frames follow each other up to the end of `data`."""
    at = 0
    while at + _SMALL_HEAD <= len(data):
        length = data[at + 1] & _LENGTH
        if length == _LARGE:
            return False
        if length == _MEDIUM:
            at += _MEDIUM_HEAD + int.from_bytes(data[at + 2 : at + 4], "big")
        else:
            at += _SMALL_HEAD + length
    return at == len(data)
