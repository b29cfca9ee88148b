import re

import pytest

from danmaku.actions.filing_book import LISTED_MAX
from danmaku.domain.account import Bundle
from danmaku.domain.ids import MAX_SAFE_INTEGER

ALWAYS = {"to_ms": MAX_SAFE_INTEGER}
LAST_DAY = "9999-12-31"


@pytest.mark.parametrize("from_ms", [0, MAX_SAFE_INTEGER - 1])
async def test_a_period_beyond_the_calendar_is_not_over(stage, from_ms):
    eve = stage.by_token(await stage.person("eve", Bundle.CHIEF_EDITOR))

    answer = await eve.send("POST", "/api/filings/reports", {"from_ms": from_ms} | ALWAYS)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_message")


async def test_the_last_day_of_the_calendar_is_a_day_like_others(stage):
    eve = await stage.person("eve", Bundle.CHIEF_EDITOR)

    reported = await eve.post_form("/filings/reports", first=LAST_DAY, last=LAST_DAY)
    laid = await eve.post_form("/legal-holds", basis="order 1", last=LAST_DAY)

    assert (reported.status_code, laid.status_code) == (400, 303)


async def test_the_page_has_words_approved_that_were_read_there(stage):
    eve, eda = [await stage.person(who, Bundle.CHIEF_EDITOR) for who in ("eve", "eda")]
    began = await eve.post_form("/filings/vulnerabilities", title="Tokens", risk="low")
    path = began.headers["Location"]

    async def read():
        return set(re.findall(r'name="revision" value="(\d+)"', (await eda.get(path)).text))

    [first] = await read()
    await eve.post_form(f"{path}/turn", state="ready", revision=first)
    await eve.post_form(f"{path}/revise", section="summary", text="Another.", revision=first)
    [second] = await read()
    await eve.post_form(f"{path}/turn", state="ready", revision=second)

    late = await eda.post_form(f"{path}/turn", state="approved", revision=first)
    over = await eda.post_form(f"{path}/revise", section="summary", text="Mine.", revision=first)
    blind = await stage.by_token(eda).send("POST", f"/api{path}/turn", {"state": "approved"})

    assert (late.status_code, over.status_code, blind.status_code) == (409, 409, 400)
    assert (await eda.get(f"/api{path}")).json()["state"] == "ready"


@pytest.mark.parametrize("typed", ["1h", "-5", "9" * 13])
async def test_minutes_that_are_no_number_make_no_order_without_an_end(stage, typed):
    eve, ann = await stage.person("eve", Bundle.CHIEF_EDITOR), await stage.person("ann")

    answer = await eve.post_form(
        "/orders", reference="no. 1", act="suspend", login="ann", minutes=typed
    )

    assert answer.status_code == 400
    assert (await stage.core.people.known("ann")).measures == ()
    assert ann.who.measures == ()


async def test_all_orders_are_reached_narrowed_down_and_taken_along(stage):
    await stage.room()
    eve = await stage.person("eve", Bundle.CHIEF_EDITOR)
    suspend = {"act": "suspend", "login": "ann", "minutes": "1"}
    await stage.person("ann")
    for number in range(LISTED_MAX + 1):
        await eve.post_form("/orders", reference=f"no. {number}", **suspend)
    [last, *_] = re.findall(r'action="(/orders/\w+/lift)"', (await eve.get("/orders")).text)
    await eve.post_form(last, reason="It was taken back.")

    page = (await eve.get("/orders")).text
    [older] = re.findall(r'rel="next" href="([^"]+)"', page)
    standing = (await eve.get("/orders?only=open")).text
    table = (await eve.get("/api/orders.csv?open=true")).text

    assert "no. 0<" in (await eve.get(older)).text
    assert f"no. {LISTED_MAX}<" in page
    assert f"no. {LISTED_MAX}<" not in standing
    assert len(table.splitlines()) == LISTED_MAX + 1


async def test_all_filings_are_reached(stage):
    eve = await stage.person("eve", Bundle.CHIEF_EDITOR)
    for number in range(LISTED_MAX + 1):
        await eve.post_form("/filings/vulnerabilities", title=f"no. {number}", risk="low")

    page = (await eve.get("/filings")).text

    [older] = re.findall(r'rel="next" href="([^"]+)"', page)
    assert "no. 0<" not in page
    assert "no. 0<" in (await eve.get(older)).text


async def test_times_of_a_filing_are_told_to_each_reader_in_their_own_words(stage):
    eve = await stage.person("eve", Bundle.CHIEF_EDITOR)
    day = {"from_ms": 0, "to_ms": 86_400_000}
    begun = await stage.by_token(eve).send("POST", "/api/filings/reports", day)

    listed = (await eve.get("/filings")).text
    shown = (await eve.get(f"/filings/{begun.json()['filing']}")).text

    for page in (listed, shown):
        assert '<time datetime="1970-01-01T00:00Z">' in page
        assert '<time datetime="1970-01-02T00:00Z">' in page
    assert '<dd dir="auto" class="break"><time datetime="1970-01-01T00:00:00Z">' in shown
