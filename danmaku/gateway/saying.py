"""One thing that is said to many: made once for all who take the same bytes."""

from danmaku.formats.danmaku_v1 import Fields
from danmaku.gateway.dialects.outward import Outward, frame_in


class Saying:
    """See the module.

    Args:
        fields: What is said.
    """

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._frames: dict[tuple[Outward, bool], bytes] = {}

    def frame(self, dialect: Outward, *, deflate: bool) -> bytes:
        """The bytes for those who speak that dialect, and have agreed to compression or not."""
        made = self._frames.get((dialect, deflate))
        if made is None:
            made = frame_in(dialect, dialect.encode(self._fields), deflate=deflate)
            self._frames[dialect, deflate] = made
        return made
