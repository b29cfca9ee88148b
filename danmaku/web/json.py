"""JSON that leaves and enters by HTTP."""

import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import orjson
from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from markupsafe import Markup

_UNSAFE_IN_SCRIPT = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


class Json(Response):
    """A JSON answer by orjson: strict numbers, UTF-8."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encode `content`."""
        return orjson.dumps(content)


class _Unequivocal(Request):
    async def json(self) -> Any:
        return json.loads(await self.body(), object_pairs_hook=_named_once)


def _answering(route: APIRoute) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    answer = APIRoute.get_route_handler(route)

    async def answered(request: Request) -> Response:
        return await answer(_Unequivocal(request.scope, request.receive))

    return answered


class UnequivocalRoute(APIRoute):
    """An address whose body nobody can read in two ways, as on sockets: each name stands once."""

    get_route_handler = _answering


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name given twice one reader takes the first, another the last: neither does here."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise json.JSONDecodeError("A field is given twice", "", 0)
    return fields


def script_json(value: Mapping[str, object] | Sequence[object]) -> Markup:
    """JSON that may stand inside a script element: nothing in it can end the element."""
    escaped = orjson.dumps(value).decode().translate(_UNSAFE_IN_SCRIPT)
    return Markup(escaped)  # noqa: S704 -- see above # nosec B704
