"""JSON that leaves and enters by HTTP."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi.responses import Response
from markupsafe import Markup

_UNSAFE_IN_SCRIPT = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


class Json(Response):
    """A JSON answer by orjson: strict numbers, UTF-8."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encode `content`."""
        return orjson.dumps(content)


def script_json(value: Mapping[str, object] | Sequence[object]) -> Markup:
    """JSON that may stand inside a script element: nothing in it can end the element."""
    escaped = orjson.dumps(value).decode().translate(_UNSAFE_IN_SCRIPT)
    return Markup(escaped)  # noqa: S704 -- see above # nosec B704
