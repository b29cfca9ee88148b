"""The seriously untrustworthy are barred as persons, and do not come back by registering again.

Article: articles.Article.BLACKLIST, articles.Article.NO_RETURN
"""

import pytest

from bench.client import Viewer
from danmaku.config import IdentitySettings
from danmaku.domain.account import Bundle
from danmaku.web.forms import form_token_of
from danmaku.web.visit import session_cookie
from tests.articles.seen import notices_of
from tests.articles.verbs import bearer, own, reverse, take
from tests.live.site import running, settings_of
from tests.services import KEY, Verifying, serving

NAME, NUMBER = "王小明", "11010519491231002X"


@pytest.fixture
async def site(tmp_path):
    """A house that confirms documents, and lets a person have two accounts."""
    key = tmp_path / "key"
    key.write_bytes(KEY)
    async with serving(Verifying().app) as url:
        identity = IdentitySettings(
            document_url=f"{url}/ask", key_file=key, accounts_of_one_max=2, required=False
        )
        settings = settings_of(tmp_path / "data").model_copy(update={"identity": identity})
        async with running(settings) as site:
            yield site


async def verify(site, person):
    """Show one's document, by the form of the page."""
    people = site.core.people
    secret = await people.sessions.open(person.who.account)
    form = {"csrf": form_token_of(secret), "legal_name": NAME, "number": NUMBER}
    cookie = f"{session_cookie(site.server._house)}={secret}"
    headers = {"Origin": str(site.api.base_url).rstrip("/"), "Cookie": cookie}
    return await site.api.post("/account/identity/document", data=form, headers=headers)


async def verified(site, login):
    person = await site.person(login)
    assert (await verify(site, person)).is_redirect
    return person


async def barred(site, login):
    rey = await site.person("rey", Bundle.REVIEWER)
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    await take(site, rey, "suspend", login=login)
    return eve, await take(site, eve, "forbid", login=login)


async def test_every_account_of_a_barred_person_is_sent_away_within_a_second_and_told_why(site):
    room = await site.room()
    people = [await verified(site, login) for login in ("ann", "anna")]
    sockets = [await Viewer.join(site.door(room, person)) for person in people]

    await barred(site, "ann")
    for socket in sockets:
        await socket.until(lambda socket=socket: socket.closed, within_s=1)
    [told, *_] = await own(site, people[1])

    assert [socket.close_code for socket in sockets] == [4403, 4403]
    assert [one["step"] for one in notices_of(sockets[1], "measure")] == ["forbid"]
    assert (told["step"], told["note"]) == ("forbid", "Stop this.")


async def test_a_new_account_verified_with_the_same_document_is_refused(site):
    await verified(site, "ann")
    await barred(site, "ann")

    ben = await site.person("ben")
    refused = await verify(site, ben)

    assert refused.status_code == 403
    assert (await site.core.people.known("ben")).identity is None
    assert NUMBER not in refused.text


async def test_neither_a_reviewer_nor_a_chief_editor_alone_bars_anybody(site):
    await site.person("ann")
    rey = await site.person("rey", Bundle.REVIEWER)
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    wanted = {"step": "forbid", "category": "fraud", "basis": "rule 1", "login": "ann"}

    answers = [
        await site.api.post("/api/measures", json=wanted, headers=bearer(person))
        for person in (rey, eve)
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert {answer.json()["code"] for answer in answers} == {"not_granted"}


async def test_a_bar_that_is_undone_is_undone_for_the_person(site):
    room = await site.room()
    people = [await verified(site, login) for login in ("ann", "anna")]
    eve, forbid = await barred(site, "ann")

    await reverse(site, eve, forbid["measure_id"])
    socket = await Viewer.join(site.door(room, people[1]))

    assert (await socket.send("I am back"))["op"] == "published"
