"""What every HTTP answer gets, whoever gives it: an id, safe headers, a line in the log, an end.

The outermost layer of both web doors. An error that nobody expected ends here: logged with its
trace, answered `internal`.
"""

import secrets
from time import perf_counter

import structlog
from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from danmaku.telemetry import Telemetry
from danmaku.web.answers import refusal_of, refuse
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
        state = scope.setdefault("state", {})
        state["request_id"], state["nonce"] = secrets.token_hex(8), secrets.token_urlsafe(16)
        began_s = perf_counter()
        status = 0  # nothing was answered: the caller hung up

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._complete(MutableHeaders(scope=message), state["request_id"])
            await send(message)

        try:
            await self._app(scope, receive, send_guarded)
        except ClientDisconnect:
            pass
        except Exception as error:
            log.exception("request_failed", request_id=state["request_id"])
            if not status:  # else the broken-off answer says it
                answer = await refuse(Request(scope, receive), refusal_of(error))
                await answer(scope, receive, send_guarded)
        finally:
            self._note(scope, status, perf_counter() - began_s)

    def _complete(self, headers: MutableHeaders, request_id: str) -> None:
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        headers["X-Request-Id"] = request_id

    def _note(self, scope: Scope, status: int, took_s: float) -> None:
        route = getattr(scope.get("route"), "path", "none")  # the template: paths hold names
        self._telemetry.requests.labels(scope["method"], route, status).inc()
        self._telemetry.request_seconds.labels(route).observe(took_s)
        log.info(
            "request",
            request_id=scope["state"]["request_id"],
            method=scope["method"],
            route=route,
            status=status,
            ms=round(took_s * 1000, 1),
        )
