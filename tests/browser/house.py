"""The product as a newcomer starts it, in a process of its own, and what an operator does there."""

from itertools import count

import httpx

from bench.server import Server
from danmaku.demo.rooms import CLIP_URL, PASSWORD
from danmaku.domain.documents import BEFORE_SENDING
from danmaku.web.forms import form_token_of
from tests.patience import PATIENCE_S

UNHURRIED = {
    "ADMISSION__SENDS_PER_S": "1000",
    "ADMISSION__SENDS_BURST": "1000",
    "ADMISSION__REPEATS_MAX": "1000",
    "GATEWAY__MESSAGES_PER_S": "1000",
    "GATEWAY__MESSAGES_BURST": "1000",
    "LOG_LEVEL": "warning",
}


class House:
    """A running demo server: its ready accounts, and rooms of the test's own, all kept by mia."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.url = f"http://{server.address}"
        wire = httpx.HTTPTransport(uds=str(server.desk))
        self._desk = httpx.Client(transport=wire, base_url="http://desk", timeout=PATIENCE_S)
        self._api = httpx.Client(base_url=self.url, timeout=PATIENCE_S, trust_env=False)
        self._keys: dict[str, str] = {}
        self._names, self._ids = count(1), count(1)

    def close(self) -> None:
        self._desk.close()
        self._api.close()

    def room(self, *, live: bool = False, media_url: str = CLIP_URL, title: str = "A room") -> str:
        """Open a room that mia and tom keep; a live one is on the air at once."""
        room = f"own{next(self._names)}"
        kind = "live" if live else "video"
        fields = {"room": room, "title": title, "kind": kind, "media_url": media_url}
        self._at_desk("/rooms", fields | {"owner": "mia"})
        self.grant("mia", "streamer", room)
        self.grant("tom", "moderator", room)
        if live:
            self.as_("mia", "POST", f"/api/rooms/{room}/broadcast", {"running": True})
        return room

    def room_of(self, owner: str, title: str = "A room") -> str:
        """Open somebody's first room, on the air: what rules over others is yet to be asked for."""
        room = f"own{next(self._names)}"
        fields = {"room": room, "title": title, "kind": "live", "media_url": CLIP_URL}
        self._at_desk("/rooms", fields | {"owner": owner})
        self.as_(owner, "POST", f"/api/rooms/{room}/broadcast", {"running": True})
        return room

    def grant(self, login: str, bundle: str, room: str) -> str:
        """Give powers in a room; the grant's id."""
        fields = {"login": login, "bundle": bundle, "room": room}
        return self._at_desk("/grants", fields)["grant_id"]

    def office(self, login: str, bundle: str, *, until_ms: int | None = None) -> None:
        """Give powers on the whole platform."""
        self._at_desk("/grants", {"login": login, "bundle": bundle, "until_ms": until_ms})

    def comment(self, room: str, login: str, text: str, **style: object) -> str:
        """Send a comment as an account; what came of it."""
        fields = {"id": f"seed-{next(self._ids)}", "login": login, "text": text, **style}
        return self._at_desk(f"/rooms/{room}/comments", fields)["outcome"]

    def close_room(self, room: str) -> None:
        self._at_desk(f"/rooms/{room}/status", {"status": "closed"})

    def newcomer(self, login: str, name: str) -> None:
        """Make an account that has proven nothing yet."""
        self._at_desk("/accounts", {"login": login, "name": name, "password": PASSWORD})

    def account(self, login: str, name: str) -> None:
        """Make an account that may comment at once: verified, and with what binds accepted."""
        self.newcomer(login, name)
        with httpx.Client(
            base_url=self.url, headers={"Origin": self.url}, trust_env=False
        ) as browser:
            browser.get("/sign-in")
            guest = form_token_of(browser.cookies["danmaku-guest"])
            fields = {"csrf": guest, "name": login, "password": PASSWORD}
            browser.post("/sign-in", data=fields)
            own = form_token_of(browser.cookies["danmaku"])
            browser.post("/account/identity/sandbox", data={"csrf": own})
        self.accept(self._key(login))

    def accept(self, token: str) -> None:
        """Accept what binds before a comment, as the owner of a token."""
        for kind in BEFORE_SENDING:
            self._with(token, "POST", f"/api/documents/{kind}/accept", {"version": 1})

    def as_(
        self, login: str, method: str, path: str, fields: dict[str, object] | None = None
    ) -> httpx.Response:
        """Ask the API as somebody, as their program would."""
        return self._with(self._key(login), method, path, fields)

    def _key(self, login: str) -> str:
        if login not in self._keys:
            key = self._at_desk("/tokens", {"login": login, "label": "test"})
            self._keys[login] = key["secret"]
        return self._keys[login]

    def _with(
        self, token: str, method: str, path: str, fields: dict[str, object] | None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return self._api.request(method, path, json=fields, headers=headers).raise_for_status()

    def _at_desk(self, path: str, fields: dict[str, object]) -> dict[str, str]:
        return self._desk.post(path, json=fields).raise_for_status().json()
