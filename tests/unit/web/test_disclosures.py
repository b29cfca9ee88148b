import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.identity import Strength
from danmaku.domain.persons import Person

PERSON = Person(Strength.DOCUMENT, "11010519491231002X", "王小明")


@pytest.fixture
async def cast(stage):
    cast = {
        "ann": await stage.person("ann"),
        "ins": await stage.person("ins", Bundle.INSPECTOR),
        "eve": await stage.person("eve", Bundle.CHIEF_EDITOR),
    }
    await stage.core.proofs.vault.keep(cast["ann"].who.account, PERSON, accounts_max=1)
    await cast["ins"].post_form("/disclosures", login="ann", purpose="an order", basis="letter 7")
    return cast


async def request_of(stage, cast):
    [request] = await stage.core.proofs.disclosures.waiting(cast["ins"].who)
    return f"/disclosures/{request.request_id}"


async def test_somebody_asks_a_second_agrees_and_it_is_looked_at_once(stage, cast):
    path = await request_of(stage, cast)

    waiting = await cast["eve"].get("/disclosures")
    early = await cast["ins"].post_form(f"{path}/read")
    await cast["eve"].post_form(f"{path}/agree")
    told = await cast["ins"].post_form(f"{path}/read")
    again = await cast["ins"].post_form(f"{path}/read")

    assert "letter 7" in waiting.text
    assert (early.status_code, again.status_code) == (403, 404)
    assert PERSON.legal_name in told.text
    assert told.headers["cache-control"] == "no-store"
    assert PERSON.number not in (await cast["ins"].get("/disclosures")).text


async def test_who_asks_is_not_offered_to_agree(cast):
    await cast["eve"].post_form("/disclosures", login="ann", purpose="an order", basis="letter 8")

    page = await cast["eve"].get("/disclosures")

    assert page.text.count("/agree") == 1


async def test_a_request_without_a_basis_is_refused_and_what_was_typed_stays(cast):
    refused = await cast["ins"].post_form("/disclosures", login="ann", purpose="I would like to")

    assert refused.status_code == 400
    assert "I would like to" in refused.text


async def test_nobody_else_sees_requests(stage, cast):
    assert (await cast["ann"].get("/disclosures")).status_code == 403
    assert (await stage.guest().get("/disclosures")).status_code == 303
