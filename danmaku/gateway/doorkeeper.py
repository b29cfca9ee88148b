"""Who may open a socket, judged from the request alone, before the upgrade.

Browsers send their cookies along wherever a page comes from, and they do not hold sockets to the
same-origin rule; so a socket that would speak with a session's powers must come from a page of
ours. Clients that are not browsers send no Origin; they bring a token, or read as guests.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

from websockets.datastructures import Headers, MultipleValuesError
from websockets.http11 import Request

from danmaku.config import ServerSettings
from danmaku.domain.ids import ROOM_ID, RoomId

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
        # A name that browsers accept over https only, and from this very host.
        self._cookie = "__Host-danmaku" if own.startswith("https://") else "danmaku"

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
            is_own = origin in self._own or origin in (f"http://{host}", f"https://{host}")
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
