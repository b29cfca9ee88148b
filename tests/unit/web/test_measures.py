import pytest

from danmaku.actions.measures import MeasureDraft
from danmaku.domain.account import Bundle
from danmaku.domain.keeping import Term
from danmaku.domain.measures import Step

SUSPEND = {"step": "suspend", "category": "spam", "basis": "rule 3", "note": "Stop.", "hours": "24"}


@pytest.fixture
async def cast(stage):
    room = await stage.room("demo")
    cast = {
        "ann": await stage.person("ann"),
        "rey": await stage.person("rey", Bundle.REVIEWER),
        "eve": await stage.person("eve", Bundle.CHIEF_EDITOR),
        "ins": await stage.person("ins", Bundle.INSPECTOR),
        "mia": await stage.person("mia", (Bundle.STREAMER, "demo")),
    }
    await stage.say(cast["ann"], room, "something to answer for")
    return cast


async def own(stage, caller):
    return await stage.core.offices.measures.own(caller.who)


async def test_an_account_is_looked_up_and_a_measure_taken_told_and_undone(stage, cast):
    before = await cast["rey"].get("/measures", params={"login": "ann"})
    taken = await cast["rey"].post_form("/measures", login="ann", **SUSPEND)
    during = await cast["rey"].get("/measures", params={"login": "ann"})
    told = (await cast["ann"].get("/me")).text
    [row] = await own(stage, cast["ann"])
    measure_id = row.fact.measure.measure_id
    evidence = await cast["ins"].get(f"/measures/{measure_id}")
    await cast["rey"].post_form(
        f"/measures/{measure_id}/reverse", reason="a mistake", next="/measures?login=ann"
    )
    [undone] = await own(stage, cast["ann"])

    assert "No measures." in before.text
    assert taken.headers["location"] == "/measures?login=ann"
    assert "Stop." in during.text
    assert "until <time datetime=" in told
    assert row.fact.measure.room is None
    assert row.fact.measure.until_ms - row.fact.measure.from_ms == 24 * 3_600_000
    assert "rey" in evidence.text
    assert undone.is_reversed


async def test_the_author_of_a_comment_is_found_and_the_comment_removed(stage, cast):
    page = await cast["rey"].get("/measures", params={"room": "demo", "number": "1"})
    fields = SUSPEND | {"step": "delete", "room": "demo", "number": "1"}
    await cast["rey"].post_form("/measures", **fields)

    assert "something to answer for" in page.text
    [row] = await own(stage, cast["ann"])
    assert (row.fact.measure.step, row.fact.measure.number) == (Step.DELETE, 1)
    evidence = await cast["ins"].get(f"/measures/{row.fact.measure.measure_id}")
    assert "<dd>let it pass</dd>" in evidence.text


async def test_a_limit_takes_the_functions_that_are_ticked(stage, cast):
    fields = SUSPEND | {"step": "limit", "login": "ann", "functions": ["colors", "rate"]}
    await cast["rey"].post_form("/measures", **fields)

    [row] = await own(stage, cast["ann"])
    assert sorted(row.fact.measure.functions) == ["colors", "rate"]


async def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(stage, cast):
    fields = SUSPEND | {"step": "limit", "login": "ann", "note": "Typed with care."}
    refused = await cast["rey"].post_form("/measures", **fields)

    assert refused.status_code == 400
    assert "Typed with care." in refused.text
    assert await own(stage, cast["ann"]) == []


async def test_only_steps_of_ones_powers_are_offered(cast):
    pages = {
        login: (await cast[login].get("/measures", params={"login": "ann"})).text
        for login in ("rey", "eve", "ins")
    }

    assert {login: 'value="warn"' in page for login, page in pages.items()} == {
        "rey": True, "eve": True, "ins": False,
    }  # fmt: skip
    assert {login: 'value="forbid"' in page for login, page in pages.items()} == {
        "rey": False, "eve": True, "ins": False,
    }  # fmt: skip


async def test_a_chief_editor_sees_whom_somebody_else_has_suspended(stage, cast):
    measures = stage.core.offices.measures
    await measures.take(cast["rey"].who, MeasureDraft(Step.SUSPEND, "spam", "rule 3", login="ann"))
    await measures.take(cast["eve"].who, MeasureDraft(Step.SUSPEND, "spam", "rule 3", login="mia"))

    dossiers = stage.core.offices.dossiers
    waiting = await dossiers.to_be_barred(cast["eve"].who)
    page = await cast["eve"].get("/measures")
    forbidden = SUSPEND | {"step": "forbid", "login": "ann"}
    await cast["eve"].post_form("/measures", **forbidden)

    assert [one.login for one in waiting] == ["ann"]
    assert "/measures?login=ann" in page.text
    assert await dossiers.to_be_barred(cast["eve"].who) == []


async def test_a_keeper_of_a_room_loses_what_is_not_ticked(stage, cast):
    page = await cast["eve"].get("/measures", params={"room": "demo"})
    [grant] = [one for one in cast["mia"].who.grants if one.room == "demo"]
    path = f"/measures/grants/{grant.grant_id}/narrow"
    await cast["eve"].post_form(path, room="demo", powers=["room.manage"], reason="Too many.")

    assert path in page.text
    left = await stage.core.people.standings.freshen(cast["mia"].who)
    assert [sorted(one.carried) for one in left.grants if one.room] == [["room.manage"]]


async def test_the_list_is_taken_along_as_a_spreadsheet(cast):
    for login in ("ann", "mia"):
        await cast["rey"].post_form("/measures", login=login, **SUSPEND | {"note": "=Stop"})

    everybody, anns = [
        (await cast["ins"].get(f"/measures.csv?login={login}&room=")).text.splitlines()
        for login in ("", "ann")
    ]

    assert [len(everybody), len(anns)] == [3, 2]
    assert '"suspend","spam","negative","rule 3","\'=Stop"' in anns[1]
    assert (await cast["ins"].get("/measures.csv?login=nobody")).status_code == 404
    assert (await cast["ann"].get("/measures.csv")).status_code == 403


@pytest.mark.parametrize("path", ["/measures", "/measures?login=rey", "/measures?room=demo"])
async def test_nobody_without_the_power_sees_any_of_it(stage, cast, path):
    assert (await cast["ann"].get(path)).status_code == 403
    assert (await cast["mia"].get(path)).status_code == 403
    assert (await stage.guest().get(path)).status_code == 303


async def test_who_may_mute_sees_the_muted_and_lets_them_speak_again(stage, cast):
    mutes = stage.core.offices.keeping.mutes
    muted = await mutes.mute(cast["mia"].who, "demo", 1, Term.ONCE, note="Not now.")

    page = await cast["mia"].get("/rooms/demo/keeping")
    undone = await cast["mia"].post_form(f"/rooms/demo/keeping/mutes/{muted.measure_id}/undo")

    assert "Not now." in page.text
    assert undone.headers["location"] == "/rooms/demo/keeping"
    assert await mutes.in_force(cast["mia"].who, "demo") == []
