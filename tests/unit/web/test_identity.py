import httpx
import pytest

from danmaku.app import house_of
from danmaku.config import IdentitySettings, ProviderSettings
from danmaku.core import opened
from danmaku.domain.account import Bundle
from danmaku.domain.identity import Strength
from danmaku.web.app import create_app
from danmaku.web.pages import time_text_of
from danmaku.web.visit import guest_cookie, session_cookie
from tests.services import CLIENT, IdentityProvider, serving
from tests.unit.web.conftest import Stage, settings_of


async def test_sessions_are_listed_and_ended(stage):
    ann = await stage.person("ann")
    other = await stage.core.people.sessions.open(ann.who.account, "Firefox · Linux")

    page = await ann.get("/account/sessions")
    [row, *_] = [
        each
        for each in await stage.core.people.sessions.own(ann.who)
        if each.device == "Firefox · Linux"
    ]
    done = await ann.post_form(f"/account/sessions/{row.session_id}/end")

    assert "Firefox · Linux" in page.text
    assert page.text.count(time_text_of(row.used_ms)) >= 2  # it was used when it was opened
    assert done.headers["location"] == "/account/sessions"
    assert await stage.core.people.session(other) is None


async def test_signing_out_everywhere_ends_this_session_and_the_tokens(stage):
    ann = await stage.person("ann")

    done = await ann.post_form("/account/sign-out-everywhere")

    assert done.headers["location"] == "/sign-in"
    assert await stage.core.people.session(ann.secret) is None
    assert (await stage.by_token(ann).send("GET", "/api/me")).status_code == 401


async def test_a_server_without_verifiers_asks_for_nothing(stage):
    ann = await stage.person("ann")

    page = await ann.get("/account/identity")
    sandbox = await ann.post_form("/account/identity/sandbox")
    guest = await stage.guest().get("/account/identity")

    assert "does not ask for it" in page.text
    assert (sandbox.status_code, guest.status_code) == (404, 303)


async def test_a_site_vouches_for_its_user_once(stage):
    room, site = await stage.room(), stage.by_token(await stage.person("opal", Bundle.OPERATOR))
    asked = {"subject": "u7", "name": "Kim", "room": room}

    plain = await site.send("POST", "/api/embed-tokens", asked)
    first = await site.send("POST", "/api/embed-tokens", asked | {"verified": True})
    verified = await stage.core.people.bearer(first.json()["token"])
    again = await site.send("POST", "/api/embed-tokens", asked | {"verified": True})

    assert (plain.status_code, first.status_code, again.status_code) == (201, 201, 201)
    assert verified.identity.strength is Strength.CLAIM
    assert (await stage.core.people.bearer(again.json()["token"])).identity == verified.identity


@pytest.fixture
async def provider():
    provider = IdentityProvider(lambda: 0)
    async with serving(provider.app) as url:
        provider.url = url
        yield provider


@pytest.fixture
async def outside(tmp_path, provider):
    """The house with the provider, and a browser that has seen the sign-in page."""
    told = ProviderSettings(name="site", title="Our site", issuer=provider.url, client_id=CLIENT)
    identity = IdentitySettings(providers=(told,))
    settings = settings_of(tmp_path).model_copy(update={"identity": identity})
    async with opened(settings) as core:
        house = house_of(core, viewers=lambda _: 0, hindrance=lambda: None)
        provider.clock = house.clock
        stage = Stage(core, create_app(house), None)
        yield stage
        for client in stage.clients:
            await client.aclose()


async def test_somebody_signs_in_with_the_sites_own_provider(outside, provider):
    browser = outside.browser()

    page = await browser.get("/sign-in?next=/rooms/demo")
    away = await browser.get("/sign-in/site?next=/rooms/demo")
    back = httpx.URL(provider.agree(away.headers["location"]))
    home = await browser.get(f"{back.path}?{back.query.decode()}")
    account = await browser.get("/account")

    assert 'href="/sign-in/site?next=/rooms/demo"' in page.text
    assert away.headers["location"].startswith(f"{provider.url}/authorize?")
    assert (home.status_code, home.headers["location"]) == (303, "/rooms/demo")
    assert "Olga" in account.text
    assert session_cookie(outside.house) in browser.cookies


async def test_another_browser_cannot_end_the_sign_in(outside, provider):
    away = await outside.browser().get("/sign-in/site")
    back = httpx.URL(provider.agree(away.headers["location"]))
    other = outside.browser(**{guest_cookie(outside.house): "another"})

    stolen = await other.get(f"{back.path}?{back.query.decode()}")
    refused = await other.get("/sign-in/site/back?error=access_denied")

    assert session_cookie(outside.house) not in other.cookies
    assert {stolen.status_code, refused.status_code} <= {303, 401}
