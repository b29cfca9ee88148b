import re
from dataclasses import replace

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.endpoints import EndpointState

URL = "https://localhost/hook"


@pytest.fixture
async def eve(stage):
    return await stage.person("eve", Bundle.CHIEF_EDITOR)


async def fact_of(stage):
    [row] = await stage.core.endpoints.standing(None)
    return row.fact


async def test_a_secret_is_shown_once(stage, eve):
    page = await eve.post_form("/webhooks", url=URL, label="site", events="case.filed", room="")

    [secret] = re.findall(r"whsec_[\w+/=]+", page.text)
    assert page.status_code == 200
    assert secret not in (await eve.get("/webhooks")).text
    fact = await fact_of(stage)
    assert (fact.url, fact.label, fact.events, fact.room) == (URL, "site", ("case.filed",), None)
    assert fact.actor == (await stage.core.people.known("eve")).account


async def test_what_was_typed_stays_where_it_is_refused(eve):
    refused = await eve.post_form("/webhooks", url="https://10.0.0.1/", label="my label")

    assert refused.status_code == 400
    assert 'value="https://10.0.0.1/"' in refused.text
    assert 'value="my label"' in refused.text


async def test_it_is_paused_resumed_tried_and_removed(stage, eve):
    await eve.post_form("/webhooks", url=URL)
    path = f"/webhooks/{(await fact_of(stage)).endpoint_id}"

    await eve.post_form(f"{path}/pause")
    assert (await fact_of(stage)).state is EndpointState.PAUSED
    await eve.post_form(f"{path}/resume")
    assert (await fact_of(stage)).is_told
    await eve.post_form(f"{path}/test")
    assert "webhook.test" in (await eve.get(path)).text
    rotated = await eve.post_form(f"{path}/rotate")
    assert "whsec_" in rotated.text
    assert (await eve.post_form(f"{path}/replay", since="2020-01-01")).status_code == 400
    await eve.post_form(f"{path}/remove")
    assert await stage.core.endpoints.standing(None) == []


async def test_one_that_ended_by_itself_says_so(stage, eve):
    await eve.post_form("/webhooks", url=URL)
    await stage.core.endpoints._put(
        None, replace(await fact_of(stage), state=EndpointState.FAILING)
    )

    assert "Nothing reached it for days" in (await eve.get("/webhooks")).text
    assert 'href="/webhooks">1 endpoint' in (await eve.get("/duty")).text


async def test_there_are_no_more_than_settings_say(stage, eve):
    most = stage.core.settings.webhooks.endpoints_max
    for number in range(most):
        await eve.post_form("/webhooks", url=f"{URL}/{number}")

    assert (await eve.post_form("/webhooks", url=URL)).status_code != 200
    assert len(await stage.core.endpoints.standing(None)) == most
