"""The frames of one connection on their way in, and its control frames on their way out.

Nearly everything that comes in is one small whole frame that comes alone. Such a frame is read
here, at once. Whatever is anything else goes through `websockets`' protocol machine, which is made
for the first frame that asks for it: most viewers never do.
"""

from websockets.frames import Frame
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.speedups import apply_mask

from danmaku.gateway.upgrade import Agreement

TEXT, BINARY, PING, PONG = 0x81, 0x82, 0x89, 0x8A  # first bytes of frames that are whole and plain
_PLAIN = frozenset({TEXT, BINARY, PING, PONG})
_MASKED = 0x80
_LENGTH = 0x7F
_MEDIUM, _LARGE = 126, 127  # lengths that stand for a longer field
_SMALL_HEAD, _MEDIUM_HEAD = 6, 8  # with the mask's four bytes


class Wire:
    """What has been agreed on with a client, at work.

    Args:
        agreement: Its terms.
    """

    __slots__ = ("_agreement", "_is_between", "_machine")

    def __init__(self, agreement: Agreement) -> None:
        self._agreement = agreement
        self._machine: ServerProtocol | None = None
        self._is_between = True  # the machine has had whole frames only

    @property
    def is_open(self) -> bool:
        """Whether no close was sent or received, and no error found."""
        return self._machine is None or self._machine.state is State.OPEN

    def plain(self, data: bytes) -> bytes | None:
        """The payload, where `data` is one whole plain frame and nothing else is open.

        None leaves `data` to `receive`; nothing has been taken then. The first byte of `data`
        tells what kind of frame it is.
        """
        if not self._may_be_plain() or len(data) < _SMALL_HEAD or data[1] < _MASKED:
            return None
        first, head, length = data[0], _SMALL_HEAD, data[1] & _LENGTH
        if length >= _MEDIUM:
            if length == _LARGE or first >= PING:
                return None
            head, length = _MEDIUM_HEAD, data[2] << 8 | data[3]
        if first not in _PLAIN or length != len(data) - head:
            return None
        if length > self._agreement.message_bytes_max:
            return None
        return apply_mask(data[head:], data[head - 4 : head])

    def receive(self, data: bytes) -> list[Frame]:
        """What comes in, the long way: the frames that are whole now; `to_send` the answers."""
        if self._is_between:
            self._is_between = _is_frames(data)
        machine = self._made()
        machine.receive_data(data)
        return [event for event in machine.events_received() if isinstance(event, Frame)]

    def to_send(self) -> list[bytes]:
        """What the machine wants to say; an empty string stands for the end."""
        return [] if self._machine is None else self._machine.data_to_send()

    def close(self, code: int) -> None:
        """Begin to close; `to_send` gives the frame."""
        self._made().send_close(code)

    def end(self) -> None:
        """No more comes or goes: what was here is free at once, without the collector."""
        if self._machine is not None:
            self._machine.parser.close()  # it holds on to the machine, and the machine to it

    def _may_be_plain(self) -> bool:
        machine = self._machine
        if machine is None:
            return True
        return self._is_between and machine.current_size is None and machine.state is State.OPEN

    def _made(self) -> ServerProtocol:
        if self._machine is None:
            self._machine = self._agreement.machine()
        return self._machine


def control_frame(first: int, payload: bytes = b"") -> bytes:
    """A ping or a pong; at most 125 bytes."""
    return bytes((first, len(payload))) + payload


def _is_frames(data: bytes) -> bool:
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
