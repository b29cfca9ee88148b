import pytest

from danmaku.actions.measures import MeasureDraft
from danmaku.domain.account import Bundle
from danmaku.domain.measures import Function, Step
from danmaku.errors import Code


async def warned(stage, **fields):
    """Ann, a warning of hers, and the reviewer who gave it."""
    ann, rita = (
        await stage.person("ann", Bundle.VIEWER),
        await stage.person("rita", Bundle.REVIEWER),
    )
    draft = {"step": Step.WARN, "category": "spam", "basis": "rule 3", "login": "ann"} | fields
    measure = await stage.core.offices.measures.take(rita.who, MeasureDraft(**draft))
    await stage.core.offices.credits.settle(ann.who.account)
    return ann, measure, rita


async def test_own_credit_tells_score_level_what_it_allows_and_every_reason(stage):
    ann, measure, _ = await warned(stage)

    got = (await ann.get("/api/me/credit")).raise_for_status().json()

    assert (got["score"], got["level"], got["frozen_since_ms"]) == (20, 0, None)
    assert (got["allows"]["colors"], got["allows"]["text_max"]) == (False, 40)
    [line] = got["lines"]
    assert (line["reason"], line["points"], line["at_first"]) == ("measure", -80, -80)
    assert (line["measure_id"], line["category"], line["class"]) == (
        measure.measure_id,
        "spam",
        "negative",
    )
    assert got["way"]["clean_days"] == 8
    assert line["at_ms"] < got["way"]["waiting_ms"] < line["gone_ms"]


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
async def test_page_shows_what_the_api_says_in_both_languages(stage, lang):
    ann, *_ = await warned(stage)

    page = (await ann.get("/me/credit", headers={"Accept-Language": lang})).raise_for_status().text

    title = {"en": "Credit and level", "zh-CN": "信用与等级"}[lang]
    assert title in page
    assert "-80" in page
    assert 'href="/rules#spam"' in page
    assert "credit." not in page.split("<main")[1]
    assert 'href="/me/credit"' in (await ann.get("/me")).text


async def test_page_of_a_frozen_level_says_so(stage):
    ann, *_ = await warned(stage, step=Step.LIMIT, functions=frozenset({Function.LEVEL}))

    page = (await ann.get("/me/credit", headers={"Accept-Language": "en"})).text

    assert "stand still" in page


async def test_nobody_sees_credit_without_signing_in(stage):
    guest = stage.guest()

    refused = await guest.get("/api/me/credit")

    assert (refused.status_code, refused.json()["code"]) == (401, Code.NOT_SIGNED_IN)
