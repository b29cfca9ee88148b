import pytest

from danmaku.domain.account import Bundle

BASIS = "court order 12"


@pytest.fixture
async def cast(stage):
    return {
        "ann": await stage.person("ann"),
        "ins": await stage.person("ins", Bundle.INSPECTOR),
        "eve": await stage.person("eve", Bundle.CHIEF_EDITOR),
        "eva": await stage.person("eva", Bundle.CHIEF_EDITOR),
    }


async def hold_of(stage):
    [hold] = await stage.core.offices.legal_holds.standing(None)
    return hold.fact


async def test_a_hold_is_laid_by_one_and_lifted_by_another(stage, cast):
    laid = await cast["eve"].post_form("/legal-holds", basis=BASIS, login="ann", first="", last="")
    path = f"/legal-holds/{(await hold_of(stage)).hold_id}/lift"
    own = await cast["eve"].get("/legal-holds")
    others = await cast["eva"].get("/legal-holds")
    refused = await cast["eve"].post_form(path, why="over")
    lifted = await cast["eva"].post_form(path, why="over")

    assert (laid.status_code, refused.status_code, lifted.status_code) == (303, 403, 303)
    assert BASIS in own.text
    assert path not in own.text
    assert path in others.text
    assert await stage.core.offices.legal_holds.standing(None) == []


async def test_a_period_is_told_in_days_and_both_belong_to_it(stage, cast):
    days = {"first": "2026-03-01", "last": "2026-03-02"}
    await cast["eve"].post_form("/legal-holds", basis=BASIS, secret="true", **days)

    hold = await hold_of(stage)

    assert hold.reach.to_ms - hold.reach.from_ms == 2 * 86_400_000
    assert not hold.is_told
    assert "2026-03-03T00:00:00Z" in (await cast["ins"].get("/legal-holds")).text


async def test_what_was_typed_stays_where_a_hold_is_refused(cast):
    refused = await cast["eve"].post_form("/legal-holds", basis=BASIS, login="nobody")

    assert refused.status_code == 404
    assert 'value="nobody"' in refused.text


async def test_the_list_can_be_filtered(cast):
    for basis in (BASIS, "another letter"):
        await cast["eve"].post_form("/legal-holds", basis=basis, login="ann")

    page = await cast["eve"].get("/legal-holds?words=COURT")
    table = await cast["ins"].get("/legal-holds.csv?words=COURT")

    assert BASIS in page.text
    assert "another letter" not in page.text
    [head, row] = table.text.splitlines()
    assert (head.split(",")[-1], row.split(",")[-1]) == ('"basis"', f'"{BASIS}"')
    assert (await cast["ann"].get("/legal-holds.csv")).status_code == 403


async def test_who_is_named_reads_of_it_where_the_account_is_given_up(cast):
    await cast["eve"].post_form("/legal-holds", basis=BASIS, login="ann")

    assert BASIS in (await cast["ann"].get("/me")).text
    assert BASIS in (await cast["ann"].get("/me/leave")).text
    assert (await cast["ann"].get("/legal-holds")).status_code == 403
