"""Addresses that players of others call from pages of others: open to every origin.

What they read is public, and what they write bears a token and never a cookie; so there is nothing
that a page of another site could do in somebody's name.
"""

import re
import secrets
from collections.abc import Mapping

from fastapi.responses import Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Message, Receive, Scope, Send

_OPEN = re.compile(
    r"/rooms/[^/]+/record\.[a-z]+|/[0-9]+\.xml|/x/v[12]/dm/.*|(?:/dplayer)?/v3/|/api/v2/.*"
    r"|/room/v1/Room/.*|/xlive/.*|/x/(?:web-interface|frontend|internal)/.*"
)
_OTHERS_NAME = re.compile(r"(?:[a-z0-9-]+\.)*bilibili\.com(?::[0-9]+)?")  # it leads here
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "content-type, authorization, if-none-match",
    "Access-Control-Max-Age": "600",
}
_ANSWER = {
    "Access-Control-Expose-Headers": "ETag, Repr-Digest, Unencoded-Digest, Retry-After",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_ANY = {"Access-Control-Allow-Origin": "*"}

# What stands before the name of a question, however somebody has typed the server's address in:
# a token, which says no more than its absence does, and the prefix in part, in whole, or twice.
_TYPED = re.compile(
    r"(?:/[\w-]{1,64})??(?:/api|/v2)+"
    r"(/(?:comment|bangumi)/[^/]+|/search/(?:anime|episodes)|/match|/extcomment)/?"
)
_PREFIX = "/api/v2"


def folded(path: str) -> str:
    """The one address of a media centre's question; any other path as it is."""
    found = _TYPED.fullmatch(path)
    return path if found is None else _PREFIX + found[1]


class Outside(CORSMiddleware):
    """ASGI middleware: our own rule for those addresses, the house's settings for all others."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        scope["path"] = folded(scope["path"])
        if scope["path"] == "/" and _OTHERS_NAME.fullmatch(Headers(scope=scope).get("host", "")):
            send = _naming_browser(send)
        if not _OPEN.fullmatch(scope["path"]):
            await super().__call__(scope, receive, send)
        elif _is_preflight(scope):
            await Response(status_code=204, headers=_ANY | _PREFLIGHT)(scope, receive, send)
        else:
            await self.app(scope, receive, _adding(send, _ANY | _ANSWER))


def _is_preflight(scope: Scope) -> bool:
    asked = Headers(scope=scope)
    return scope["method"] == "OPTIONS" and "access-control-request-method" in asked


def _naming_browser(send: Send) -> Send:
    """Clients of Bilibili fetch a name for themselves from its first page; here it says nothing."""
    cookie = f"buvid3={secrets.token_hex(16)}; Domain=.bilibili.com; Path=/"

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("Set-Cookie", cookie)
        await send(message)

    return sending


def _adding(send: Send, headers: Mapping[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return sending
