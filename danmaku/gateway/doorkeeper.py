"""Who may open a socket, judged from the request alone, before the upgrade.

Browsers send their cookies along wherever a page comes from, and they do not hold sockets to the
same-origin rule; so a socket that would speak with a session's powers must come from a page of
ours. Clients that are not browsers send no Origin; they bring a token, or read as guests.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from websockets.datastructures import Headers, MultipleValuesError
from websockets.http11 import Request

from danmaku.config import ServerSettings
from danmaku.domain.ids import ROOM_ID, RoomId
from danmaku.errors import NotFound, Unavailable
from danmaku.gateway.answers import RETRY_MAX_MS

_log = structlog.get_logger(__name__)
_LIVE = re.compile(rf"/rooms/({ROOM_ID.pattern})/live(?:\?.*)?")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request that may go on: the room, and the secret of the session that came with it."""

    room: RoomId
    session: str | None


@dataclass(frozen=True, slots=True)
class Rejection:
    """The HTTP answer instead of an upgrade."""

    status: HTTPStatus
    text: str
    retry_after_s: int | None = None


def rejection_of(error: BaseException) -> Rejection:
    """The answer where a room could not be looked up."""
    if isinstance(error, NotFound):
        return Rejection(HTTPStatus.NOT_FOUND, "There is no such room.")
    if not isinstance(error, Unavailable | TimeoutError):
        _log.error("upgrade failed", exc_info=error)
        return Rejection(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here.")
    text = "The record cannot be read now."
    return Rejection(HTTPStatus.SERVICE_UNAVAILABLE, text, RETRY_MAX_MS // 1000)


class Doorkeeper:
    """Judges requests for an upgrade.

    Args:
        settings: The server's own name, and whose pages may come.
    """

    def __init__(self, settings: ServerSettings) -> None:
        own = settings.public_url.rstrip("/")
        self._own = frozenset({own} if own else ())
        self._listed = frozenset(
            origin.rstrip("/") for origin in (*settings.origins, *settings.embed_origins)
        )
        is_https = own.startswith("https://")
        # A name that browsers accept over https only, and from this very host.
        self._cookie = "__Host-danmaku" if is_https else "danmaku"
        # Where there is TLS, a page that came without it may be anybody's on the way.
        self._schemes = ("https",) if is_https else ("http", "https")

    def judge(self, request: Request) -> Visit | Rejection:
        """Let the request on, or say why not."""
        path = _LIVE.fullmatch(request.path)
        if path is None:
            return Rejection(HTTPStatus.NOT_FOUND, "There is no socket here.")
        try:
            origin = request.headers.get("Origin")
            host = request.headers.get("Host")
        except MultipleValuesError:
            return Rejection(HTTPStatus.BAD_REQUEST, "A header is given twice.")
        session = self._session_of(request.headers)
        if origin is None:
            is_welcome = session is None
        else:
            is_own = origin in self._own or origin in [f"{each}://{host}" for each in self._schemes]
            is_welcome = is_own or origin in self._listed
            # Listed sites bring their users' tokens; our session is not theirs to use.
            session = session if is_own else None
        if not is_welcome:
            return Rejection(HTTPStatus.FORBIDDEN, "This origin may not open sockets here.")
        return Visit(RoomId(path[1]), session)

    def _session_of(self, headers: Headers) -> str | None:
        for header in headers.get_all("Cookie"):
            for pair in header.split(";"):
                name, _, secret = pair.strip().partition("=")
                if name == self._cookie and secret:
                    return secret
        return None
