import re

from danmaku.actions.drawn import new_id
from danmaku.actions.rechecks import MARGIN_MS
from danmaku.actions.team import Team
from danmaku.clock import now_ms
from danmaku.config import TeamSettings
from danmaku.domain.account import Bundle
from danmaku.domain.ids import Number


async def draw(stage):
    """Draw every decision, a little later than now."""
    core = stage.core
    team = Team.over(
        *(core.record, core.store.team, core.store),
        freshen=core.people.standings.freshen,
        clock=lambda: now_ms() + MARGIN_MS + 1_000,
        new_id=new_id,
        settings=TeamSettings(recheck_permille=1000),
    )
    assert await team.rechecks.draw() == 1


async def test_duty_is_begun_and_ended_on_the_page(stage):
    await stage.room()
    rey = await stage.person("rey", Bundle.REVIEWER)
    assert 'href="/roster"' in (await rey.get("/review")).text
    assert "Nobody is on duty." in (await rey.get("/roster")).text

    begun = await rey.post_form("/roster/duty", on="true")
    page = (await rey.get("/roster")).text
    ended = await rey.post_form("/roster/duty", on="false")

    assert (begun.status_code, ended.status_code) == (303, 303)
    assert "You are on duty until" in page
    assert "1 on duty, 1 open rooms" in page
    assert "You are not on duty" in (await rey.get("/roster")).text


async def test_the_list_is_narrowed_and_taken_along(stage):
    rey = await stage.person("rey", Bundle.REVIEWER)
    eve = await stage.person("eve", Bundle.CHIEF_EDITOR)
    await rey.post_form("/roster/duty", on="true")

    page = (await eve.get("/roster?duty=on&trained=no")).text
    table = (await eve.get("/api/roster.csv?on_duty=true&trained=false")).text
    nobody = (await eve.get("/roster?login=zz")).text

    rows = r"<tr><td>(\w+)</td>"
    assert re.findall(rows, page.partition('id="agreement"')[0]) == ["rey"]
    assert [line.split(",")[0] for line in table.splitlines()[1:]] == ['"rey"']
    assert re.findall(rows, nobody) == []


async def test_a_second_look_is_taken_on_its_page_and_counted(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    rey, ria = [await stage.person(name, Bundle.REVIEWER) for name in ("rey", "ria")]
    eve = await stage.person("eve", Bundle.CHIEF_EDITOR)
    await stage.say(ann, room, "what I meant")
    await stage.core.comments.recall(rey.who, room, Number(1), "spam")
    await draw(stage)
    page = (await ria.get("/rechecks")).text
    [path] = set(re.findall(r'action="(/rechecks/\d+)"', page))
    table = (await ria.get("/rechecks.csv?room=demo")).text

    judged = await ria.post_form(path, violates="true", category="spam")

    assert "what I meant" in page
    assert "rey" not in page + table
    assert table.splitlines()[1].endswith('"what I meant"')
    assert len((await ria.get("/rechecks.csv?room=other")).text.splitlines()) == 1
    assert judged.status_code == 303
    assert path not in (await ria.get("/rechecks")).text
    counted = (await eve.get("/roster")).text
    assert re.findall(r"<tr><td>rey</td><td>1</td><td>100.0 %</td></tr>", counted)
    assert "by-login" not in (await ria.get("/roster")).text
