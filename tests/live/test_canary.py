"""Who somebody is by law is nowhere to be found but in the vault and before those who may know.

A name, a document's number and a phone that occur nowhere else are brought in by every way there
is, rightly and wrongly, and are then looked for in all that the server has written and said.
"""

import asyncio

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.ids import Millis
from danmaku.store.backups import Backup, make
from danmaku.store.envelope import MasterKey
from danmaku.web.forms import form_token_of
from tests.live.site import running, settings_of
from tests.live.test_webhooks import LOCAL, told
from tests.services import KEY, Verifying, serving

NAME, NUMBER, PHONE = "欧阳金丝雀", "110101199003070118", "13912345678"
WRONG_NUMBER, WRONG_PHONE = "110101199003070119", "1391234567899"
RECORDS = ("jsonl", "xml", "ass", "csv", "vtt", "json")
CANARIES = [NAME, NUMBER, PHONE, WRONG_NUMBER, WRONG_PHONE]


def traces_in(text):
    """Canaries in a text, however they may be spelt there."""
    spellings = [
        spelling
        for canary in CANARIES
        for spelling in (
            canary.encode(),
            canary.encode("unicode_escape"),
            canary.encode("utf-16-le"),
            canary.encode().hex().encode(),
        )
    ]
    return [spelling for spelling in spellings if spelling in text]


@pytest.fixture
async def service():
    return Verifying()


@pytest.fixture
async def site(tmp_path, service):
    (tmp_path / "key").write_bytes(KEY)
    async with serving(service.app) as url:
        ask = {"phone_url": f"{url}/ask", "document_url": f"{url}/ask"}
        identity = ask | {"key_file": tmp_path / "key", "answer_ms_max": 60_000}
        parts = {"identity": identity, "webhooks": LOCAL}
        async with running(settings_of(tmp_path / "data", **parts)) as site:
            yield site


class Browser:
    """Somebody with a session, who fills in forms."""

    def __init__(self, site, secret):
        self._api, self._secret = site.api, secret
        self._headers = {"Cookie": f"danmaku={secret}"}

    async def submit(self, path, **fields):
        content = fields | {"csrf": form_token_of(self._secret)}
        return await self._api.post(path, data=content, headers=self._headers)

    async def get(self, path):
        return await self._api.get(path, headers=self._headers)


async def browser_of(site, login):
    who = await site.core.people.add(login, login.title(), None)
    return Browser(site, await site.core.people.sessions.open(who.account))


async def verify(service, ann):
    """Rightly and wrongly; gives every answer."""
    identity = "/account/identity"
    service.status = 500
    answers = [
        await ann.submit(f"{identity}/phone", phone=PHONE),
        await ann.submit(f"{identity}/document", legal_name=NAME, number=NUMBER),
    ]
    service.status = 200
    answers += [
        await ann.submit(f"{identity}/phone", phone=WRONG_PHONE),
        await ann.submit(f"{identity}/phone", phone=PHONE),
        await ann.submit(f"{identity}/code", code=PHONE),
        await ann.submit(f"{identity}/code", code=service.asked[-1]["code"]),
        await ann.submit(f"{identity}/document", legal_name=NAME, number=WRONG_NUMBER),
        await ann.submit(f"{identity}/document", legal_name=NAME, number=NUMBER),
        await ann.submit(f"{identity}/nowhere", legal_name=NAME, number=NUMBER),
        await ann.get(identity),
        await ann.get("/account"),
    ]
    return answers


async def others_see(site, room):
    """What a guest and the staff can read without a disclosure."""
    eve = await site.person("eve")
    await site.core.proofs.identities.confirm_document(eve.who, "李雷", "11010519491231002X")
    await site.core.people.grant(None, "eve", Bundle.CHIEF_EDITOR, room=None, until_ms=None)
    paths = (
        f"/rooms/{room}", f"/api/rooms/{room}/entries", f"/api/rooms/{room}/export.jsonl",
        f"/api/rooms/{room}/chain.jsonl", "/api/platform/chain.jsonl",
        *(f"/rooms/{room}/record.{kind}" for kind in RECORDS),
        "/api/measures?login=ann", "/api/measures", "/api/held", "/api/reports",
        "/api/disclosures", "/api/applications", "/api/names", "/openapi.json",
    )  # fmt: skip
    bearer = {"Authorization": f"Bearer {eve.token}"}
    return [await site.api.get(path, headers=bearer) for path in paths]


def backup_of(site, folder):
    """A sealed copy of the record, and what is in it."""
    store, key = site.core.settings.store, MasterKey.fresh()
    make(store, key, folder / "backup", Millis(1_700_000_000_000), lambda *_: None)
    with (folder / "backup").open("rb") as sealed, (folder / "opened").open("w+b") as opened:
        Backup(sealed, [key]).pour(opened, lambda *_: None)
    return (folder / "backup").read_bytes(), (folder / "opened").read_bytes()


async def test_identities_are_sealed_and_told_to_nobody(site, service, tmp_path, capfd):
    room, ann = await site.room(), await browser_of(site, "ann")

    async with told(site) as (receiver, _):
        answers = await verify(service, ann)
        said = await ann.submit(f"/rooms/{room}/comments", client_id="c", text="hello")
        await receiver.until(lambda: receiver.of("comment.published"))
        messages = repr(receiver.told).encode()
    answers += await others_see(site, room)
    own = await ann.get("/me/export")
    sealed, opened = await asyncio.to_thread(backup_of, site, tmp_path)

    assert (await site.core.people.known("ann")).identity is not None
    assert traces_in(repr(service.asked).encode()) != []  # where they were meant to go
    assert said.status_code == 303
    assert own.status_code == 200
    assert {each.status_code for each in answers[-len(RECORDS) :]} == {200}
    assert [traces for each in answers if (traces := traces_in(each.content))] == []
    assert traces_in(messages) == []
    assert b"SQLite format 3" in opened
    assert traces_in(sealed + opened) == []
    written = {
        path.name: traces
        for path in (tmp_path / "data").rglob("*")
        if path.is_file() and (traces := traces_in(path.read_bytes()))
    }
    assert written == {}
    logged = capfd.readouterr()
    assert "account/identity" in logged.out
    assert traces_in((logged.out + logged.err).encode()) == []
    assert traces_in(site.core.telemetry.exposition()) == []
