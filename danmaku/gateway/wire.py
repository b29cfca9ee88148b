"""The frames of one connection on their way in, and its control frames on their way out.

Nearly everything that comes in is one small whole frame that comes alone. Such a frame is read
here, at once. Whatever is anything else goes through `websockets`' protocol machine, which is made
for the first frame that asks for it: most viewers never do.
"""

from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.speedups import apply_mask

from danmaku.domain.ids import Millis
from danmaku.gateway.upgrade import Agreement

TEXT, BINARY, PING, PONG = 0x81, 0x82, 0x89, 0x8A  # first bytes of frames that are whole and plain
_PLAIN = frozenset({TEXT, BINARY, PING, PONG})
_MASKED = 0x80
_LENGTH = 0x7F
_MEDIUM, _LARGE = 126, 127  # lengths that stand for a longer field
_SMALL_HEAD, _MEDIUM_HEAD = 6, 8  # with the mask's four bytes
_SHORTEST_HEAD, _MASK_BYTES = 2, 4
_FIRST = (Opcode.TEXT, Opcode.BINARY)  # of a message


class _Cuts:
    """Where frames end in what comes in, however it is cut."""

    __slots__ = ("_head", "_missing")

    def __init__(self) -> None:
        self._head = bytearray()  # of a frame whose length is not known yet
        self._missing = 0  # bytes of one whose length is

    @property
    def is_amid(self) -> bool:
        """Whether a frame was begun and is not whole."""
        return bool(self._head) or self._missing > 0

    def pass_over(self, data: bytes) -> bool:
        """Go on to the end of `data`; whether any frame ended on the way."""
        has_ended, at = False, 0
        while at < len(data):
            if self._missing:
                skipped = min(self._missing, len(data) - at)
                self._missing -= skipped
                at += skipped
            else:
                wanted = _head_bytes(self._head)
                taken = data[at : at + wanted - len(self._head)]
                self._head += taken
                at += len(taken)
                self._read_head()
            has_ended = has_ended or not self.is_amid
        return has_ended

    def _read_head(self) -> None:
        head = self._head
        if len(head) < _head_bytes(head):
            return
        width = _length_bytes(head)
        self._missing = int.from_bytes(head[2 : 2 + width], "big") if width else head[1] & _LENGTH
        head.clear()


_UNCUT = _Cuts()  # of whoever has sent none but whole plain frames


def _head_bytes(head: bytes | bytearray) -> int:
    """How long a head is, as far as it can be told."""
    if len(head) < _SHORTEST_HEAD:
        return _SHORTEST_HEAD
    mask_bytes = _MASK_BYTES if head[1] & _MASKED else 0
    return _SHORTEST_HEAD + _length_bytes(head) + mask_bytes


def _length_bytes(head: bytes | bytearray) -> int:
    """Of the longer field that the length stands for."""
    return {_MEDIUM: 2, _LARGE: 8}.get(head[1] & _LENGTH, 0)


class Wire:
    """What has been agreed on with a client, at work.

    Args:
        agreement: Its terms.
    """

    __slots__ = ("_agreement", "_cuts", "_frame_ms", "_machine", "_message_ms")

    def __init__(self, agreement: Agreement) -> None:
        self._agreement = agreement
        self._machine: ServerProtocol | None = None
        self._cuts = _UNCUT
        self._frame_ms: Millis | None = None  # when the frame was begun that is not whole
        self._message_ms: Millis | None = None  # as that, of a message in several frames

    @property
    def is_open(self) -> bool:
        """Whether no close was sent or received, and no error found."""
        return self._machine is None or self._machine.state is State.OPEN

    @property
    def begun_ms(self) -> Millis | None:
        """When the frame or message was begun that is awaited; None: all is whole."""
        begun = [at_ms for at_ms in (self._frame_ms, self._message_ms) if at_ms is not None]
        return min(begun, default=None)

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

    def receive(self, data: bytes, now_ms: Millis) -> list[Frame]:
        """What comes in, the long way: the frames that are whole now; `to_send` the answers."""
        machine = self._made()
        machine.receive_data(data)
        frames = [event for event in machine.events_received() if isinstance(event, Frame)]
        has_ended = self._cuts.pass_over(data)
        if not self._cuts.is_amid:
            self._frame_ms = None
        elif has_ended or self._frame_ms is None:
            self._frame_ms = now_ms
        if machine.current_size is None:
            self._message_ms = None
        elif any(frame.opcode in _FIRST for frame in frames):
            self._message_ms = now_ms
        return frames

    def to_send(self) -> list[bytes]:
        """What the machine wants to say; an empty string stands for the end."""
        return [] if self._machine is None else self._machine.data_to_send()

    def close(self, code: int, reason: str = "") -> None:
        """Begin to close; `to_send` gives the frame. The reason has 123 bytes at most."""
        self._made().send_close(code, reason)

    def end(self) -> None:
        """No more comes or goes: what was here is free at once, without the collector."""
        if self._machine is not None:
            self._machine.parser.close()  # it holds on to the machine, and the machine to it

    def _may_be_plain(self) -> bool:
        machine = self._machine
        if machine is None:
            return True
        is_between = not self._cuts.is_amid and machine.current_size is None
        return is_between and machine.state is State.OPEN

    def _made(self) -> ServerProtocol:
        if self._machine is None:
            self._machine = self._agreement.machine()
            self._cuts = _Cuts()
        return self._machine


def control_frame(first: int, payload: bytes = b"") -> bytes:
    """A ping or a pong; at most 125 bytes."""
    return bytes((first, len(payload))) + payload
