import re

import pytest

from danmaku.domain.account import Bundle

FLOOD = {"category": "flood", "why": "a flood"}


@pytest.fixture
async def crew(stage):
    """A room with two comments of Ann's, and a reviewer."""
    room = await stage.room()
    ann, rey = await stage.person("ann"), await stage.person("rey", Bundle.REVIEWER)
    for text in ("flood one", "<b>flood two</b>"):
        await stage.say(ann, room, text)
    return room, rey


async def preview(rey, **fields):
    return await rey.post_form("/bulk/preview", **(FLOOD | fields))


def scan_in(page):
    [scan] = set(re.findall(r'action="/bulk/(\d+)/execute"', page.text))
    return scan


async def test_what_fits_is_shown_and_executed_from_there(crew):
    room, rey = crew
    assert 'href="/bulk"' in (await rey.get("/bulk")).text

    page = await preview(rey, login="ann", since="2020-01-01T00:00")
    gone = await rey.post_form(f"/bulk/{scan_in(page)}/execute")
    one = await rey.get(gone.headers["location"])

    assert 'data-comments="2"' in page.text
    assert "&lt;b&gt;flood two&lt;/b&gt;" in page.text
    assert f"/rooms/{room}/comments/1" in page.text
    assert 'data-phase="running"' in one.text
    assert 'http-equiv="refresh"' in one.text


async def test_it_is_stopped_undone_and_listed(crew):
    _, rey = crew
    scan = scan_in(await preview(rey, login="ann"))
    listed = await rey.get("/bulk?phase=planned")
    for verb in ("execute", "stop", "undo"):
        assert (await rey.post_form(f"/bulk/{scan}/{verb}")).status_code == 303

    assert f'href="/bulk/{scan}"' in listed.text
    assert f'href="/bulk/{scan}"' not in (await rey.get("/bulk?phase=planned")).text
    assert 'data-phase="undoing"' in (await rey.get(f"/bulk/{scan}")).text


async def test_a_period_may_begin_with_the_calendar(crew):
    _, rey = crew
    page = await preview(rey, login="ann", since="0001-01-01T00:00+14:00")

    assert page.status_code == 200
    assert (await rey.get(f"/bulk/{scan_in(page)}")).status_code == 200
    assert (await rey.get("/bulk")).status_code == 200


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 400), ({"room": "nowhere"}, 404), ({"login": "ann", "since": "yesterday"}, 400)],
)
async def test_what_was_refused_is_shown_again_with_what_was_typed(crew, fields, status):
    _, rey = crew
    page = await preview(rey, **({"why": "because of it"} | fields))

    assert page.status_code == status
    assert 'role="alert"' in page.text
    assert 'value="because of it"' in page.text


async def test_an_address_fills_the_form_in(crew):
    _, rey = crew
    page = await rey.get("/bulk?login=ann&room=demo")

    assert 'name="login" maxlength="100" value="ann"' in page.text


async def test_the_list_is_given_away_as_a_file(crew):
    _, rey = crew
    await preview(rey, login="ann", why="=1+1")
    file = await rey.get("/bulk.csv")

    assert file.headers["content-type"].startswith("text/csv")
    assert '"\'=1+1"' in file.text


async def test_others_find_no_way_in(stage):
    ben = await stage.person("ben")

    assert (await ben.get("/bulk")).status_code == 403
    assert 'href="/bulk"' not in (await ben.get("/")).text
