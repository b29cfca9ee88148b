"""Who writes is verified behind, and free to choose a name in front.

Article: articles.Article.REAL_IDENTITY, articles.Article.FOUNDERS_VERIFIED
Article: articles.Article.IDENTITY_PROTECTED
"""

from dataclasses import replace

import pytest

from danmaku.app import house_of
from danmaku.config import IdentitySettings
from danmaku.core import opened
from danmaku.domain.account import Bundle
from danmaku.domain.identity import ENDED
from danmaku.domain.people_facts import IdentityRead
from danmaku.web.admin import create_admin_app
from danmaku.web.app import create_app
from tests.services import KEY, Verifying, serving
from tests.unit.web.conftest import Stage, httpx, settings_of

NAME, NUMBER = "王小明", "11010519491231002X"
YEAR_MS = 365 * 86_400_000


@pytest.fixture
async def service():
    return Verifying()


@pytest.fixture
async def stage(tmp_path, service):
    """A house that asks everybody who they are."""
    key = tmp_path / "key"
    key.write_bytes(KEY)
    async with serving(service.app) as url:
        ask = f"{url}/ask"
        identity = IdentitySettings(phone_url=ask, document_url=ask, key_file=key)
        settings = settings_of(tmp_path).model_copy(update={"identity": identity})
        async with opened(settings) as core:
            house = house_of(core, viewers=lambda _: 0, hindrance=lambda: None)
            transport = httpx.ASGITransport(create_admin_app(house))
            async with httpx.AsyncClient(transport=transport, base_url="http://desk") as desk:
                stage = Stage(core, create_app(house), desk)
                yield stage
                for client in stage.clients:
                    await client.aclose()


async def said(caller):
    fields = {"id": "c1", "text": "Hello there"}
    return await caller.send("POST", "/api/rooms/demo/comments", fields)


async def test_one_watches_unverified_and_speaks_when_verified(stage, service):
    await stage.room()
    ann = await stage.person("ann")

    before = await said(ann)
    watched = await ann.get("/rooms/demo")
    sent = await ann.post_form("/account/identity/phone", phone="138 0013 8000")
    await ann.post_form("/account/identity/code", code=service.asked[-1]["code"])
    after = await said(ann)
    page = await ann.get("/account/identity")

    assert (before.status_code, before.json()["code"]) == (403, "not_verified")
    assert (watched.status_code, sent.status_code, after.status_code) == (200, 200, 201)
    assert "You are verified." in page.text
    assert "13800138000" not in page.text


async def test_a_verifier_that_lies_verifies_nobody_and_says_to_try_again(stage, service):
    ann = await stage.person("ann")
    service.signature = "forged"

    page = await ann.post_form("/account/identity/document", legal_name=NAME, number=NUMBER)

    assert page.status_code == 503
    assert NUMBER not in page.text
    assert (await stage.core.people.known("ann")).identity is None


async def test_who_holds_powers_is_verified_first_and_for_a_term(stage):
    ann = await stage.person("ann")
    grant = {"login": "ann", "bundle": "reviewer"}

    refused = await stage.desk.post("/grants", json=grant)
    await ann.post_form("/account/identity/document", legal_name=NAME, number=NUMBER)
    given = await stage.desk.post("/grants", json=grant)

    assert (refused.status_code, refused.json()["code"]) == (403, "not_verified")
    assert given.is_success
    until_ms = (await stage.core.people.known("ann")).identity.until_ms
    assert 0 <= stage.house.clock() + YEAR_MS - until_ms < 60_000


async def verified(stage, login, bundle, number):
    who = await stage.person(login)
    await who.post_form("/account/identity/document", legal_name=login.title(), number=number)
    await stage.core.people.grant(None, login, bundle, room=None, until_ms=None)
    return who


async def test_who_somebody_is_is_told_to_one_with_a_basis_and_a_second_person(stage):
    ann = await stage.person("ann")
    await ann.post_form("/account/identity/document", legal_name=NAME, number=NUMBER)
    ins = await verified(stage, "ins", Bundle.INSPECTOR, "110101199003070118")
    eve = await verified(stage, "eve", Bundle.CHIEF_EDITOR, "11010119900307029X")
    looks = []
    stage.core.store.subscribe(looks.extend)

    asked = await ins.send(
        "POST",
        "/api/disclosures",
        {"login": "ann", "purpose": "an order", "basis": "letter 7"},
    )
    path = f"/api/disclosures/{asked.json()['id']}"
    early = await ins.send("POST", f"{path}/read")
    by_herself = await ann.send("POST", f"{path}/agree")
    agreed = await eve.send("POST", f"{path}/agree")
    told = await ins.send("POST", f"{path}/read")
    again = await ins.send("POST", f"{path}/read")

    assert (early.status_code, by_herself.status_code, agreed.status_code) == (403, 403, 204)
    assert told.json()["persons"] == [
        {"strength": "document", "number": NUMBER, "legal_name": NAME}
    ]
    assert again.status_code == 404
    assert [each.fact.basis for each in looks if isinstance(each.fact, IdentityRead)] == [
        "letter 7"
    ]


async def test_the_vaults_keys_are_turned_while_it_is_open(stage):
    ann = await stage.person("ann")
    await ann.post_form("/account/identity/document", legal_name=NAME, number=NUMBER)

    turned = await stage.desk.post("/vault/rotate")
    ended = await stage.desk.post("/accounts/ann/identity/end", json={"reason": "a mistake"})
    nobody = await stage.desk.post("/accounts/bob/identity/end", json={"reason": "a mistake"})

    assert turned.json() == {"persons": 1}
    assert (ended.status_code, nobody.status_code) == (200, 404)
    assert (await stage.core.people.known("ann")).identity is ENDED


async def test_who_holds_powers_is_reminded_in_time_watches_on_and_renews(stage):
    room = await stage.room()
    tom = await verified(stage, "tom", Bundle.REVIEWER, NUMBER)
    soon = await stage.desk.post("/accounts/tom/identity/end", json={"reason": "an old document"})

    lapsed = await tom.get("/review")
    watched = await tom.get(f"/rooms/{room}")
    await tom.post_form("/account/identity/document", legal_name="Tom", number=NUMBER)
    renewed = await tom.get("/review")

    assert soon.is_success
    assert (lapsed.status_code, watched.status_code, renewed.status_code) == (403, 200, 200)
    assert "Your verification is over" in watched.text
    assert "Your verification" not in renewed.text


async def test_the_reminder_comes_before_the_term_is_over(stage):
    stage.app.state.house = replace(stage.house, remind_days=366)
    tom = await verified(stage, "tom", Bundle.REVIEWER, NUMBER)

    page = await tom.get("/me")

    assert "Your verification ends on <time datetime=" in page.text
    assert "/account/identity" in page.text
