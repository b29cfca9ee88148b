import pytest
from fastapi.routing import APIRoute

from danmaku.domain.account import Bundle
from danmaku.web import bilibili_live, dplayer, helix, helix_chat, helix_moderation
from danmaku.web.app import _DOORS
from danmaku.web.forms import form_token_of
from danmaku.web.visit import api_visit, page_visit, session_cookie
from tests.unit.web.conftest import OUR_SITE

FOR_PROGRAMS = (bilibili_live, dplayer, helix, helix_chat, helix_moderation)  # have no forms
FORMS = sorted(
    route.path
    for door in _DOORS
    if door not in FOR_PROGRAMS
    for route in door.router.routes
    if isinstance(route, APIRoute) and "POST" in route.methods and "/api/" not in route.path
)
FILLED = {
    "recheck": 1,
    "room": "demo",
    "number": "1",
    "origin": "1",
    "token": "some",
    "link": "some",
    "session": "some",
    "grant_id": "some",
    "invitation": "some",
    "application": "some",
    "cluster": "some",
    "measure_id": "some",
    "request_id": "some",
    "name": "some",
    "draft": "1",
    "stage": "shadow",
    "urgent": "1",
    "scan": "1",
    "filing": 1,
    "order_id": "o1",
    "receipt": "r1",
    "case_id": "c1",
    "webhook_id": "w1",
}


def test_every_form_is_known_here():
    assert len(FORMS) >= 15


@pytest.mark.parametrize("path", FORMS)
async def test_form_is_refused_unless_it_is_ours(stage, path):
    await stage.room()
    ann = await stage.person("ann", Bundle.OPERATOR, Bundle.REVIEWER)
    url = path.format(**FILLED)
    foreign = {"Origin": "https://evil.test"}
    attempts = [
        ({}, {"Origin": OUR_SITE}),
        ({"csrf": ""}, {"Origin": OUR_SITE}),
        ({"csrf": form_token_of("another session")}, {"Origin": OUR_SITE}),
        ({"csrf": ann.csrf}, foreign),
        ({"csrf": ann.csrf}, {"Origin": "null"}),
        ({"csrf": ann.csrf}, {"Sec-Fetch-Site": "cross-site"}),
        ({"csrf": ann.csrf}, {"Sec-Fetch-Site": "same-site", "Origin": OUR_SITE}),
    ]
    answers = [await ann.client.post(url, data=data, headers=headers) for data, headers in attempts]

    assert {answer.status_code for answer in answers} == {403}
    assert (await stage.core.people.session(ann.secret)).login == "ann"  # sign-out did nothing


def test_every_door_asks_who_comes():
    keepers_only = {"/healthz", "/readyz", "/metrics"}
    of_any_site = {"/v3/", "/dplayer/v3/", "/api/v2/match"}  # a token in the body, or a question
    unasked = [
        route.path
        for door in _DOORS
        if door is not bilibili_live  # tokens alone: see test_bilibili_live.py
        for route in door.router.routes
        if isinstance(route, APIRoute)
        and not {page_visit, api_visit} & {each.call for each in route.dependant.dependencies}
    ]

    assert set(unasked) == keepers_only | of_any_site


async def test_cookies_cannot_be_read_by_scripts_or_used_by_other_sites(stage):
    page = await stage.browser().get("/")

    [cookie] = page.headers.get_list("set-cookie")
    assert cookie.startswith("danmaku-guest=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))


async def test_what_belongs_to_one_person_is_never_kept_by_caches(stage):
    room = await stage.room()
    ann = await stage.person("ann")

    assert (await ann.get(f"/rooms/{room}")).headers["cache-control"] == "no-store"
    assert (await ann.get("/api/me")).headers["cache-control"] == "no-store"
    guest_page = await stage.guest().get(f"/rooms/{room}")
    assert guest_page.headers["cache-control"] == "private, no-cache"


async def test_a_session_that_is_over_is_a_guest(stage):
    await stage.room()
    late = stage.browser(**{session_cookie(stage.house): "no longer known"})

    page = await late.get("/account")

    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2Faccount")
