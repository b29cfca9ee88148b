"""What every HTTP request gets, whoever answers it: an id, a bound, safe headers, a log line.

The outermost layer of both web doors. An error that nobody expected ends here: logged with its
trace, answered `internal`.
"""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from time import perf_counter

import structlog
from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from danmaku.errors import Code
from danmaku.telemetry import Telemetry
from danmaku.web.answers import Refusal, refusal_of, refuse
from danmaku.web.policy import NOTHING
from danmaku.web.visit import PRIVATE

log = structlog.get_logger(__name__)

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": NOTHING,
    "Cache-Control": PRIVATE,  # whoever means something else says so
}
_STRICT_TRANSPORT = "max-age=31536000"
BODY_BYTES_MAX = 65_536  # of a form or a JSON body


_MEDIA = (b"image/", b"audio/", b"video/", b"model/", b"font/")
_NO_MEDIA = Refusal(Code.TYPE_UNSUPPORTED, "Only text can be looked at, so only text is taken.")


def brings_media(scope: Scope) -> bool:
    """Whether the body is a picture, a sound or the like, which nobody here could review.

    Article: articles.Article.EVERY_SURFACE
    """
    kinds = (value for name, value in scope["headers"] if name == b"content-type")
    return any(kind.strip().lower().startswith(_MEDIA) for kind in kinds)


_NO_NUL = Refusal(Code.NOT_FOUND, "There is nothing at an address with U+0000.")


def _turned_away(scope: Scope) -> Refusal | None:
    """What no handler is asked about: media, and names that not every database can look up."""
    if brings_media(scope):
        return _NO_MEDIA
    return _NO_NUL if "\0" in scope["path"] or b"%00" in scope["query_string"] else None


def let_body_grow(request: Request, bytes_max: int) -> None:
    """Accept a longer body than others have, of a request that is read as a stream."""
    request.state.body_bytes_max = bytes_max


class Guard:
    """ASGI middleware; holds nothing of one request.

    Args:
        app: What it guards.
        telemetry: Where requests are counted.
        is_https: Whether browsers may be told to come back by TLS only.
    """

    def __init__(self, app: ASGIApp, telemetry: Telemetry, *, is_https: bool) -> None:
        self._app = app
        self._telemetry = telemetry
        self._headers = dict(_HEADERS)
        if is_https:
            self._headers["Strict-Transport-Security"] = _STRICT_TRANSPORT

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        passage = _Passage(scope, receive, send, self._headers)
        try:
            if (refusal := _turned_away(scope)) is not None:
                answer = await refuse(Request(scope, receive), refusal)
                await answer(scope, receive, passage.send)
            else:
                await self._app(scope, passage.receive, passage.send)
        except ClientDisconnect:
            log.debug("hung_up", request_id=passage.request_id)
        except Exception as error:
            log.exception("request_failed", request_id=passage.request_id)
            if not passage.status:  # else the broken-off answer says it
                answer = await refuse(Request(scope, receive), refusal_of(error))
                await answer(scope, receive, passage.send)
        finally:
            self._note(scope, passage)
            passage.end(scope)

    def _note(self, scope: Scope, passage: "_Passage") -> None:
        took_s = perf_counter() - passage.began_s
        route = getattr(scope.get("route"), "path", "none")  # the template: paths hold names
        self._telemetry.requests.labels(scope["method"], route, passage.status).inc()
        self._telemetry.request_seconds.labels(route).observe(took_s)
        log.info(
            "request",
            request_id=passage.request_id,
            method=scope["method"],
            route=route,
            status=passage.status,
            ms=round(took_s * 1000, 1),
        )


class _Passage:
    """One request on its way through; its `status` is 0 until something is answered."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str]
    ) -> None:
        self.began_s = perf_counter()
        self.request_id = secrets.token_hex(8)
        self.status = 0
        self._receive = receive
        self._send = send
        self._headers = {**headers, "X-Request-Id": self.request_id}
        self._body_bytes = 0
        self._state = scope.setdefault("state", {})
        self._state["nonce"] = secrets.token_urlsafe(16)
        self._state["body_bytes_max"] = BODY_BYTES_MAX

    def end(self, scope: Scope) -> None:
        """Nothing is left to be done: what it knew of itself is free at once.

        What is in a request's scope leads back to the scope, and the connection keeps the last one
        for as long as it stays: by then the collector looks at neither (gateway/pauses.py).
        """
        self._state.clear()
        scope.clear()

    async def receive(self) -> Message:
        message = await self._receive()
        self._body_bytes += len(message.get("body", b""))
        if self._body_bytes > self._state["body_bytes_max"]:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is too long.")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
        await self._send(message)
