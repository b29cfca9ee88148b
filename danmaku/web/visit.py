"""One request: who asks, in which language, and how it is answered.

Two ways in, and every route takes one of them. `ApiVisit`: a bearer token, or the session cookie.
`PageVisit`: the session cookie alone. Whatever changes something on the strength of a cookie must
come from one of our own pages; a page's form must carry its token besides.
"""

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from danmaku.actions.sessions import device_of
from danmaku.domain.account import Power, Standing
from danmaku.domain.grants import require, require_signed_in
from danmaku.domain.ids import Millis, Pseudonym, RoomId
from danmaku.domain.reminders import reminders_of
from danmaku.domain.times import DAY_MS, DAY_S
from danmaku.errors import NotAllowed, NotSignedIn
from danmaku.web.forms import address_of, form_token_of, is_form_token
from danmaku.web.house import House
from danmaku.web.pages import Pages, Values, time_text_of
from danmaku.web.policy import PLAIN, Policy, origin_of
from danmaku.web.texts import language_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN_TO_INSPECTORS = ("/sign-out", "/language", "/inspect/", "/disclosures", "/api/disclosures")
PRIVATE = "no-store"  # of one person alone
PERSONAL = "private, no-cache"  # holds a guest's form token; asked for again each time
PUBLIC = "no-cache"  # anybody's, but asked for again each time: a recall must reach every cache


@dataclass(frozen=True, slots=True)
class You:
    """The visitor as templates and scripts see them."""

    name: str
    powers: tuple[str, ...]
    author: Pseudonym | None = None  # public id in the room of the page


@dataclass(frozen=True, slots=True)
class Visit:
    """What handlers ask of a request. `secret` is the session's, or the guest's of this browser."""

    request: Request
    house: House
    pages: Pages
    who: Standing | None
    secret: str
    lang: str

    @property
    def now_ms(self) -> Millis:
        """The time of the server."""
        return self.house.clock()

    @property
    def device(self) -> str:
        """What its owner knows the browser by."""
        return device_of(self.request.headers.get("user-agent", ""))

    @property
    def browser(self) -> str | None:
        """What tells a guest's browser from all others; None: it brought no cookie of ours."""
        return self.request.cookies.get(guest_cookie(self.house))

    def signed_in(self) -> Standing:
        """Who asks.

        Raises:
            NotSignedIn: A guest does. Verbs take a guest for the operator: ask here first.
        """
        return require_signed_in(self.who)

    def holding(self, power: Power, room: RoomId | None) -> Standing:
        """Who asks, if they hold `power` in `room`.

        Raises:
            NotSignedIn, NotAllowed: They do not.
        """
        return require(self.who, power, room, self.now_ms)

    def reading_much(self, room: RoomId | None = None) -> None:
        """Let the visitor search, look far back, or take a file.

        Raises:
            Overloaded: As `BrownOut.admit_reader`.
        """
        self.house.brownout.admit_reader(self.who, room, self.now_ms)

    def say(self, key: str, **values: object) -> str:
        """A text of the catalogue in the visitor's language."""
        return self.pages.texts.say(self.lang, key, **values)

    def you(self, room: RoomId | None = None, author: Pseudonym | None = None) -> You | None:
        """The visitor for templates: with their powers in `room`; None: with those anywhere."""
        who = self.who
        if who is None:
            return None
        scopes = {room} if room is not None else {None, *(grant.room for grant in who.grants)}
        held = {power.value for scope in scopes for power in who.powers(scope, self.now_ms)}
        return You(who.name, tuple(sorted(held)), author)

    def page(
        self,
        template: str,
        values: Values,
        *,
        status: int = 200,
        policy: Policy = PLAIN,
    ) -> Response:
        """Draw a page.

        Args:
            template: Its file.
            values: What it shows; may replace what every page gets.
            status: Of HTTP.
            policy: What the page does beyond showing text.
        """
        request = self.request
        nonce: str = request.state.nonce
        for_every_page: dict[str, object] = {
            "nonce": nonce,
            "csrf": form_token_of(self.secret),
            "you": self.you(),
            "demo": self.house.demo,
            "contacts": self.house.contacts,
            "theme": request.cookies.get("theme"),
            "reminders": self._reminders(),
            "path": request.url.path if request.method == "GET" else "/",
            "here": address_of(request) if request.method == "GET" else "",
        }
        html = self.pages.draw(template, self.lang, for_every_page | dict(values))
        response = HTMLResponse(html, status)
        response.headers["Content-Security-Policy"] = policy.header(nonce)
        response.headers["Cache-Control"] = PERSONAL if self.who is None else PRIVATE
        response.headers["Vary"] = "Accept-Language, Cookie"
        if self.who is None:
            self.set_cookie(response, guest_cookie(self.house), self.secret, days=1)
        return response

    def _reminders(self) -> list[dict[str, object]]:
        """What the visitor is told on every page until it is settled."""
        if self.who is None:
            return []
        within_ms = self.house.remind_days * DAY_MS
        return [
            {
                "key": f"{one.ends.value}{'_over' if one.is_over else ''}",
                "room": one.room,
                "until_iso": time_text_of(one.until_ms),
            }
            for one in reminders_of(self.who, self.now_ms, within_ms)
        ]

    def go_to(self, path: str) -> Response:
        """Send the browser on after a form."""
        return RedirectResponse(path, status_code=303)

    def set_cookie(self, response: Response, name: str, value: str, *, days: int) -> None:
        """Set a cookie that scripts cannot read and other sites cannot use."""
        response.set_cookie(
            name,
            value,
            max_age=days * DAY_S,
            secure=self.house.is_https,
            httponly=True,
            samesite="lax",
        )


def house_of(request: Request) -> House:
    """What the doors stand on."""
    house: House = request.app.state.house
    return house


def session_cookie(house: House) -> str:
    """The session cookie's name: bound to host and TLS wherever there is TLS."""
    return "__Host-danmaku" if house.is_https else "danmaku"


def guest_cookie(house: House) -> str:
    """Name of the cookie that ties a guest's forms to a browser."""
    return f"{session_cookie(house)}-guest"


def visit_without_rights(request: Request, who: Standing | None = None) -> Visit:
    """A visit in which nothing has been checked: enough to say no."""
    house = house_of(request)
    session = request.cookies.get(session_cookie(house)) if who is not None else None
    guest = request.cookies.get(guest_cookie(house))
    return Visit(
        request,
        house,
        request.app.state.pages,
        who,
        secret=session or guest or secrets.token_urlsafe(16),
        lang=language_of(request.cookies.get("lang"), request.headers.get("accept-language", "")),
    )


async def page_visit(request: Request) -> Visit:
    """The visitor of a page, by session cookie; a form that is posted is proven to be ours.

    Raises:
        NotAllowed: It comes from elsewhere, or its token is not of this session.
    """
    house = house_of(request)
    who = await _admitted(request, house)
    visit = request.state.visit = visit_without_rights(request, who)
    if request.method not in SAFE_METHODS:
        _require_own_origin(request, must_say=False)
        token = (await request.form()).get("csrf")
        if not isinstance(token, str) or not is_form_token(token, visit.secret):
            raise NotAllowed("The form is out of date; load the page again.")
    return visit


async def api_visit(request: Request) -> Visit:
    """The caller of the API, by bearer token or session cookie.

    Raises:
        NotSignedIn: The token is not valid.
        NotAllowed: It would change something by a cookie, and does not come from our own pages.
    """
    house = house_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await token_visit(request, token.strip())
    who = await _admitted(request, house)
    if request.method not in SAFE_METHODS:
        _require_own_origin(request, must_say=who is not None)
    return visit_without_rights(request, who)


async def token_visit(request: Request, token: str) -> Visit:
    """The caller whom a token names, wherever in the request it stands.

    Raises:
        NotSignedIn: It is not valid.
        NotAllowed: It is a link, or an inspector would change something.
    """
    house = house_of(request)
    bearer = await house.people.bearer(token)
    if bearer.reads_only:
        raise NotAllowed("A link shows its room, and nothing else.")
    if bearer.has_inspected(house.clock()):
        raise NotSignedIn("The inspection is over.")
    await _inspect(request, house, bearer)
    return visit_without_rights(request, bearer)


async def _admitted(request: Request, house: House) -> Standing | None:
    """Whose session the cookie names; an inspector's is over with their time.

    Raises:
        NotAllowed: An inspector would change something.
    """
    who = await house.people.session(request.cookies.get(session_cookie(house)))
    if who is None or who.has_inspected(house.clock()):
        return None
    await _inspect(request, house, who)
    return who


async def _inspect(request: Request, house: House, who: Standing) -> None:
    """Note what an inspector looks at, and let them change nothing.

    Article: articles.Article.INSPECTOR
    """
    path = request.url.path
    if not who.inspects(house.clock()):
        return
    if request.method not in SAFE_METHODS and not path.startswith(_OPEN_TO_INSPECTORS):
        raise NotAllowed("An inspector changes nothing.")
    await house.offices.inspection.look(who, path)


def _require_own_origin(request: Request, *, must_say: bool) -> None:
    """Browsers say where a request comes from, in one of two headers or in both.

    Args:
        request: The one in question.
        must_say: Whether silence, as of a client that is no browser, counts as foreign.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    is_silent = site is None and origin is None
    is_foreign = site not in (None, "same-origin", "none") or origin not in (None, _own(request))
    if is_foreign or (must_say and is_silent):
        raise NotAllowed("This came from another site.")


def _own(request: Request) -> str:
    public = origin_of(house_of(request).server.public_url)
    return public or f"{request.url.scheme}://{request.headers.get('host', '')}"


PageVisit = Annotated[Visit, Depends(page_visit)]
ApiVisit = Annotated[Visit, Depends(api_visit)]
