"""The web door for everybody: pages, API, and what keepers ask, put together."""

from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from danmaku import __version__
from danmaku.web import (
    api,
    api_accounts,
    api_bulk,
    api_cases,
    api_credit,
    api_disclosures,
    api_documents,
    api_features,
    api_filings,
    api_keeping,
    api_load,
    api_measures,
    api_moderation,
    api_names,
    api_review,
    api_rules,
    api_team,
    api_words,
    appeals,
    bilibili,
    bilibili_live,
    bulk,
    care,
    controls,
    copies,
    credit,
    dandanplay,
    disclosures,
    documents,
    dplayer,
    duty,
    editor,
    embed,
    feeds,
    filings,
    handling,
    held,
    helix,
    helix_chat,
    helix_moderation,
    identity,
    inspector,
    keeping,
    legal_holds,
    load,
    me,
    measures,
    names,
    ops,
    overlay,
    patrol,
    people,
    portal,
    receipts,
    record,
    reviewer,
    roster,
    search,
    streamer,
    training,
    transparency,
    viewer,
    webhooks,
)
from danmaku.web.answers import answer_errors
from danmaku.web.guard import Guard
from danmaku.web.house import House
from danmaku.web.outside import Outside
from danmaku.web.pages import STATIC, Pages
from danmaku.web.visit import PUBLIC

_FOREVER = "public, max-age=31536000, immutable"
_DOORS = (
    viewer, streamer, keeping, reviewer, held, care, bulk, patrol, editor, names, portal, receipts,
    people, filings, identity, documents, me, appeals, measures, controls, disclosures, credit,
    embed, overlay, handling, inspector, search, transparency, api, api_accounts, api_bulk,
    api_review, api_cases, api_credit, api_documents, api_disclosures, api_features, api_filings,
    api_keeping, api_measures, api_moderation, api_names, api_rules, api_words, feeds, record,
    bilibili, bilibili_live, dplayer, dandanplay, copies, ops, api_team, roster, training, helix,
    helix_chat, helix_moderation, api_load, load,
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
                Outside,
                allow_origins=house.server.origins,
                allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
                allow_headers=("Authorization", "If-None-Match"),
                expose_headers=("ETag", "Retry-After", "X-Request-Id"),
            ),
        ],
    )
    app.state.house = house
    app.state.pages = Pages(static)
    app.state.helix_calls = helix.calls_bound()
    answer_errors(app, {helix.PLACE: helix.dialect_of})
    for door in _DOORS:
        app.include_router(door.router)
    app.include_router(helix.open_router)
    app.include_router(helix.rest)  # after what there is of it
    app.include_router(handling.api)
    app.include_router(inspector.api)
    app.include_router(duty.router)
    app.include_router(duty.api)
    app.include_router(legal_holds.router)
    app.include_router(legal_holds.api)
    app.include_router(patrol.api)
    app.include_router(search.api)
    app.include_router(transparency.api)
    app.include_router(webhooks.router)
    app.include_router(webhooks.api)
    app.mount("/static", _Files(directory=static), "static")
    if media is not None:
        app.mount("/media", _Files(directory=media), "media")
    return app
