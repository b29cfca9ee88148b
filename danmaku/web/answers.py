"""The one place where an error becomes an answer: JSON for the API, a page for people.

A form that was refused is shown again with what was typed: its handler leaves a way to draw it with
`show_again` before it calls the verb.
"""

import math
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Protocol

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from danmaku.domain.facts import CommentRefused
from danmaku.domain.ids import Millis
from danmaku.errors import (
    ANSWERS,
    Broken,
    Code,
    Coded,
    DanmakuError,
    Prohibited,
    TooFast,
    Unavailable,
)
from danmaku.web.forms import address_of, path_with
from danmaku.web.json import Json
from danmaku.web.pages import time_text_of
from danmaku.web.texts import ENGLISH
from danmaku.web.visit import Visit, house_of, visit_without_rights
from danmaku.web.ways import way_of


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer other than yes, in the words that every door uses."""

    code: Code
    text: str  # dull words for people, in English
    category: str | None = None
    retry_after_ms: int | None = None
    until_ms: Millis | None = None
    status: int = 0  # of HTTP, where it says more than the code's own

    @property
    def http_status(self) -> int:
        """The status that it is answered with."""
        return self.status or ANSWERS[self.code].http_status


Dialect = Callable[[Refusal], Response]
"""How a refusal is told to clients of others, who know no words of ours."""

DialectsByPlace = Mapping[str, Callable[[Request], Dialect]]

ShowAgain = Callable[[Refusal], Awaitable[Response]]


def show_again(request: Request, draw: ShowAgain) -> None:
    """Let a refusal of this request be answered by `draw` instead of the page for errors."""
    request.state.show_again = draw


class Page(Protocol):
    """Draws the page that a form is on."""

    def __call__(
        self, visit: Visit, values: dict[str, object], /, *, status: int
    ) -> Awaitable[Response]:
        """Draw it, with these values besides its own."""


def show_page_again(visit: Visit, page: Page, **typed: object) -> None:
    """Let a refusal of this request be said, as `error`, on the page of its form.

    Args:
        visit: The request.
        page: Draws it.
        typed: What stands in the form.
    """

    async def again(refusal: Refusal) -> Response:
        values = {"error": words_of(visit, refusal), **typed}
        return await page(visit, values, status=refusal.http_status)

    show_again(visit.request, again)


def speak(request: Request, dialect: Dialect) -> None:
    """Let every refusal of this request be told in `dialect`."""
    request.state.dialect = dialect


def speaking(dialect_of: Callable[[Request], Dialect]) -> type[APIRoute]:
    """Routes all of whose refusals are told in a dialect.

    A body is read before anything that a route depends on is asked; so it is said before that.
    """

    class Speaking(APIRoute):
        async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope)
            speak(request, dialect_of(request))
            await super().handle(scope, receive, send)

    return Speaking


def refusal_of(error: Exception) -> Refusal:
    """What an error says to its caller; anything unexpected says `internal` and no more."""
    match error:
        case DanmakuError():
            return _refusal_of_ours(error)
        case RequestValidationError():
            return Refusal(Code.BAD_MESSAGE, _places_of(error))
        case HTTPException(status_code=404):
            return Refusal(Code.NOT_FOUND, error.detail)
        case HTTPException():
            return Refusal(Code.BAD_MESSAGE, error.detail, status=error.status_code)
        case _:
            return Refusal(Code.INTERNAL, "")


def _refusal_of_ours(error: DanmakuError) -> Refusal:
    match error:
        case TooFast() | Unavailable():
            return Refusal(error.code, str(error), retry_after_ms=error.wait_ms)
        case Coded():
            return Refusal(error.code, str(error), until_ms=_millis(error.until_ms))
        case Prohibited():
            return Refusal(error.code, str(error), category=error.category)
        case Broken():
            return Refusal(error.code, "")
        case _:
            return Refusal(error.code, str(error))


def refusal_of_comment(fact: CommentRefused) -> Refusal:
    """The recorded judgement that a comment's content may not be published, as an answer."""
    return Refusal(Code.PROHIBITED, "This cannot be published.", category=fact.category)


def words_of(visit: Visit, refusal: Refusal) -> str:
    """A refusal for people, in their language, with what the code alone does not tell.

    The details of a bad message are in English, so only English readers get them.
    """
    words = visit.say(f"code.{refusal.code.value}")
    match refusal.code:
        case Code.BAD_MESSAGE if refusal.text and visit.lang == ENGLISH:
            return f"{words} {refusal.text}"
        case Code.PROHIBITED if refusal.category is not None:
            return f"{words} ({visit.say(f'category.{refusal.category}')})"
        case Code.RATE_LIMITED if refusal.retry_after_ms is not None:
            return f"{words} ({visit.say('live.wait', n=_seconds_of(refusal.retry_after_ms))})"
        case _ if refusal.until_ms is not None:
            return f"{words} {visit.say('live.notice_until', time=time_text_of(refusal.until_ms))}"
        case _:
            return words


async def refuse(request: Request, refusal: Refusal) -> Response:
    """Answer with a refusal, in the form that the asked door speaks."""
    house_of(request).telemetry.refusals.labels(refusal.code.value).inc()
    dialect: Dialect | None = getattr(request.state, "dialect", None) or _spoken_at(request)
    if dialect is not None:
        response = dialect(refusal)
    elif request.url.path.startswith("/api/") or request.app.state.pages is None:
        response = _json_of(refusal)
    else:
        response = await _page_of(request, refusal)
    if refusal.retry_after_ms is not None:
        response.headers["Retry-After"] = str(_seconds_of(refusal.retry_after_ms))
    return response


def _spoken_at(request: Request) -> Dialect | None:
    """What is spoken at that address, where no route has been asked yet."""
    path = request.url.path
    spoken: DialectsByPlace = request.app.state.dialects
    return next((of(request) for place, of in spoken.items() if path.startswith(place)), None)


def _methods_at(request: Request) -> set[str]:
    """What may be asked for at that address, whichever routes share it."""
    path = request.scope["path"]
    routes = _routes_of(request.app.routes)
    return {
        method for route in routes if route.path_regex.match(path) for method in route.methods or ()
    }


def _routes_of(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    for route in routes:
        router: APIRouter | None = getattr(route, "original_router", None)  # of a door's part
        if router is not None:
            yield from _routes_of(router.routes)
        elif isinstance(route, Route):
            yield route


def answer_errors(app: FastAPI, dialects: DialectsByPlace) -> None:
    """Send every expected error of `app` through `refuse`; `Guard` sends the others.

    Args:
        app: A door of the web.
        dialects: Where refusals are told to clients of others, by the beginning of the path.
    """
    app.state.dialects = dialects

    async def answer(request: Request, error: Exception) -> Response:
        response = await refuse(request, refusal_of(error))
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = ", ".join(sorted(_methods_at(request)))
        return response

    for kind in (DanmakuError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)


def _json_of(refusal: Refusal) -> Response:
    fields = asdict(refusal)
    del fields["status"]
    return Json(fields, status_code=refusal.http_status)


async def _page_of(request: Request, refusal: Refusal) -> Response:
    draw: ShowAgain | None = getattr(request.state, "show_again", None)
    if draw is not None:
        request.state.show_again = None  # if the page cannot be drawn either, say so plainly
        return await draw(refusal)
    if refusal.code is Code.NOT_SIGNED_IN and request.method == "GET":
        return RedirectResponse(path_with("/sign-in", next=address_of(request)), status_code=303)
    visit: Visit = getattr(request.state, "visit", None) or visit_without_rights(request)
    values = {
        "status": refusal.http_status,
        "code": refusal.code.value,
        "text": words_of(visit, refusal),
        "way": way_of(refusal.code, request.url.path if request.method == "GET" else "/"),
    }
    return visit.page("error.html", values, status=refusal.http_status)


def _places_of(error: RequestValidationError) -> str:
    """Which fields are wrong, and how; never what was in them."""
    wrong = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
    return "; ".join(wrong)


def _seconds_of(wait_ms: int) -> int:
    return math.ceil(wait_ms / 1000)


def _millis(value: int | None) -> Millis | None:
    return None if value is None else Millis(value)
