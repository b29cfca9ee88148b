"""The web door for everybody: pages, API, and what keepers ask, put together."""

from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from danmaku import __version__
from danmaku.web import (
    api,
    api_accounts,
    api_credit,
    api_disclosures,
    api_documents,
    api_features,
    api_keeping,
    api_measures,
    api_moderation,
    api_names,
    api_words,
    appeals,
    credit,
    disclosures,
    documents,
    embed,
    feeds,
    identity,
    keeping,
    me,
    measures,
    names,
    ops,
    people,
    portal,
    reviewer,
    streamer,
    viewer,
)
from danmaku.web.answers import answer_errors
from danmaku.web.guard import Guard
from danmaku.web.house import House
from danmaku.web.pages import STATIC, Pages
from danmaku.web.visit import PUBLIC

_FOREVER = "public, max-age=31536000, immutable"
_DOORS = (
    viewer, streamer, keeping, reviewer, names, portal, people, identity, documents, me, appeals,
    measures, disclosures, credit, embed, api, api_accounts, api_credit, api_documents,
    api_disclosures, api_features, api_keeping, api_measures, api_moderation, api_names, api_words,
    feeds, ops,
)  # fmt: skip


class _Files(StaticFiles):
    """Files of ours. Those whose names hold a digest of their content never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _FOREVER if path.startswith("assets/") else PUBLIC
        return response


def create_app(house: House, *, static: Path = STATIC, media: Path | None = None) -> FastAPI:
    """Build the web door.

    Args:
        house: What it stands on.
        static: The built front end.
        media: A folder whose files are served below `/media`; None: nothing is.

    Raises:
        Broken: The front end has not been built.
    """
    app = FastAPI(
        title="danmaku",
        version=__version__,
        description="Rooms, their comments, and the record behind them. See docs/http-api.md.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        middleware=[
            Middleware(Guard, telemetry=house.telemetry, is_https=house.is_https),
            Middleware(
                CORSMiddleware,
                allow_origins=house.server.origins,
                allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
                allow_headers=("Authorization", "If-None-Match"),
                expose_headers=("ETag", "Retry-After", "X-Request-Id"),
            ),
        ],
    )
    app.state.house = house
    app.state.pages = Pages(static)
    answer_errors(app)
    for door in _DOORS:
        app.include_router(door.router)
    app.mount("/static", _Files(directory=static), "static")
    if media is not None:
        app.mount("/media", _Files(directory=media), "media")
    return app
