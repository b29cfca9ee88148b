"""Every word of refusal is reached on a running server, with the status or close it promises."""

from collections.abc import Awaitable, Callable

import pytest

from bench.client import Viewer
from bench.faults import FaultyStore, with_record
from danmaku.actions.sample_texts import sample_questions
from danmaku.domain.account import Bundle
from danmaku.domain.documents import Document, DocumentKind, Edition, Words
from danmaku.domain.facts import CommentPublished
from danmaku.domain.ids import Millis
from danmaku.domain.times import HOUR_MS
from danmaku.errors import ANSWERS, Code, StoreDown, Unknown
from tests.live.site import running, settings_of
from tests.services import KEY

NOBODY_THERE = "http://127.0.0.1:9/ask"
TAKEN = {"category": "other", "basis": "rule 3"}


class Failing(FaultyStore):
    """A record that no comment comes into."""

    def __init__(self, core, error):
        super().__init__(core)
        self._error = error

    async def commit(self, *appends):
        if any(isinstance(append.fact, CommentPublished) for append in appends):
            raise self._error
        return await super().commit(*appends)


def failing(error):
    return lambda core: with_record(core, Failing(core, error))


# --- asking


async def asked(site, person, path, body=None, *, method="POST", **headers):
    """The code of the API's answer; its status is the one that the table promises."""
    bearer = {} if person is None else {"Authorization": f"Bearer {person.token}"}
    given = {"content": body} if isinstance(body, bytes) else {"json": body}
    answer = await site.api.request(method, path, headers=bearer | headers, **given)
    code = Code(answer.json()["code"])
    assert answer.status_code == ANSWERS[code].http_status
    return code


async def said(site, room, person=None, text="hello", **style):
    """The code of a socket's answer to a comment."""
    socket = await Viewer.join(site.door(room, person or await site.person("ann")))
    return await told(socket, text, **style)


async def told(socket, text="hello", **style):
    try:
        return Code((await socket.send(text, **style))["code"])
    finally:
        await socket.leave()


async def said_after(site, step, **fields):
    """What an account's next comment meets after a measure."""
    room, ann = await site.room(), await site.person("ann")
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    ned = await site.person("ned", Bundle.CHIEF_EDITOR)
    if step == "forbid":
        await take(site, ned, "suspend", login="ann")
    await take(site, eve, step, login="ann", **fields)
    return await asked(site, ann, f"/api/rooms/{room}/comments", {"id": "c", "text": "hello"})


async def take(site, person, step, **fields):
    body = TAKEN | {"step": step} | fields
    bearer = {"Authorization": f"Bearer {person.token}"}
    (await site.api.post("/api/measures", json=body, headers=bearer)).raise_for_status()


# --- each word


async def not_signed_in(site):
    room = await site.room()
    return await asked(site, None, f"/api/rooms/{room}/comments", {"id": "c", "text": "hello"})


async def not_verified(site):
    return await said(site, await site.room())


async def identity_barred(site):
    return await said_after(site, "forbid")


async def agreement_outdated(site):
    edition = Edition(DocumentKind.AGREEMENT, 1, Millis(0), is_mandatory=True)
    words = Words("协议", "Agreement", "文。", "Text.")
    await site.core.offices.documents.issue(None, Document(edition, words))
    return await said(site, await site.room())


async def warning_unread(site):
    return await said_after(site, "warn")


async def account_suspended(site):
    return await said_after(site, "suspend", lasts_ms=HOUR_MS)


async def muted(site):
    room, ann = await site.room(), await site.person("ann")
    rey = await site.person("rey", Bundle.REVIEWER)
    await take(site, rey, "suspend", login="ann", room=room)
    return await said(site, room, ann)


async def room_paused(site):
    return await said(site, await site.room(mode="closed"))


async def room_closed(site):
    room, eve = await site.room(), await site.person("eve", Bundle.CHIEF_EDITOR)
    await take(site, eve, "close_comments", room=room)
    return await said(site, room)


async def platform_closed(site):
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    control = {"mode": "closed", "lasts_ms": HOUR_MS, "reason": "an order"}
    bearer = {"Authorization": f"Bearer {eve.token}"}
    (await site.api.post("/api/controls", json=control, headers=bearer)).raise_for_status()
    return await said(site, await site.room())


async def level_too_low(site):
    return await said(site, await site.room(level_min=5))


async def style_not_allowed(site):
    return await said(site, await site.room(colors=False), color=1)


async def rate_limited(site):
    room, ann = await site.room(slow_ms=60_000), await site.person("ann")
    socket = await Viewer.join(site.door(room, ann))
    await socket.send("one")
    return await told(socket, "two")


async def duplicate(site):
    room, ann = await site.room(), await site.person("ann")
    socket = await Viewer.join(site.door(room, ann))
    for _ in range(5):
        answer = await socket.send("once more")
        if answer["op"] == "refused":
            return Code(answer["code"])
    return None


async def too_long(site):
    return await said(site, await site.room(text_max=10), text="eleven chars")


async def empty(site):
    return await said(site, await site.room(), text=" ")


async def type_unsupported(site):
    ann = await site.person("ann")
    return await asked(site, ann, "/api/reports", b"GIF89a", **{"Content-Type": "image/gif"})


async def bad_position(site):
    return await said(site, await site.room(), position_ms=-1)


async def prohibited(site):
    return await said(site, await site.room(), text="grumblewock")


async def own_interest(site):
    rey = await site.person("rey", Bundle.REVIEWER)
    return await asked(site, rey, "/api/measures", TAKEN | {"step": "suspend", "login": "rey"})


async def not_granted(site):
    ann = await site.person("ann")
    return await asked(site, ann, "/api/rooms", {"room": "mine", "title": "Mine"})


async def failed(site):
    room, ann = await site.room(), await site.person("ann")
    return await asked(site, ann, f"/api/rooms/{room}/comments", {"id": "c", "text": "hello"})


async def overloaded(site):
    """A service that verifies does not answer: nobody is verified, and one may try again."""
    ann = await site.person("ann")
    with pytest.raises(Exception, match=r"[Tt]ry again") as refused:
        await site.core.proofs.identities.confirm_document(ann.who, "王小明", "11010519491231002X")
    return refused.value.code


async def draining(site):
    socket = await Viewer.join(site.door(await site.room()))
    site.server._stopping.set()
    await socket.gone()
    [goodbye] = [message for message in socket.others if message["op"] == "bye"]
    return Code(goodbye["code"])


async def bad_message(site):
    socket = await Viewer.join(site.door(await site.room()))
    await socket.say({"op": "dance"})
    assert await socket.gone() == ANSWERS[Code.BAD_MESSAGE].close_code
    [error] = [message for message in socket.others if message["op"] == "error"]
    return Code(error["code"])


async def not_found(site):
    return await asked(site, None, "/api/rooms/nowhere", method="GET")


async def own_limit(site):
    room, ann = await site.room(recall_within_ms=0), await site.person("ann")
    socket = await Viewer.join(site.door(room, ann))
    number = (await socket.send("hello"))["number"]
    for _ in range(2):  # the clock counts whole milliseconds
        (await site.api.get(f"/rooms/{room}")).raise_for_status()
    return await asked(site, ann, f"/api/rooms/{room}/comments/{number}/recall")


async def training_required(site):
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    rey = await site.person("rey", Bundle.REVIEWER)
    await site.core.offices.team.training.issue(eve.who, sample_questions())
    return await asked(site, rey, "/api/cases/next", {"kinds": []})


REACHED: dict[Code, Callable[..., Awaitable[Code]]] = {
    Code(scenario.__name__): scenario
    for scenario in (
        not_signed_in, not_verified, identity_barred, agreement_outdated, warning_unread,
        account_suspended, muted, room_paused, room_closed, platform_closed, level_too_low,
        style_not_allowed, rate_limited, duplicate, too_long, empty, type_unsupported,
        bad_position, prohibited, own_interest, not_granted, overloaded, draining, bad_message,
        not_found, own_limit, training_required,
    )
} | dict.fromkeys((Code.STORE_UNAVAILABLE, Code.UNKNOWN, Code.INTERNAL), failed)  # fmt: skip
REFITTED = {
    Code.STORE_UNAVAILABLE: failing(StoreDown()),
    Code.UNKNOWN: failing(Unknown()),
    Code.INTERNAL: failing(ZeroDivisionError()),
}
ASKS_FOR_IDENTITY = {Code.NOT_VERIFIED, Code.OVERLOADED}


@pytest.mark.parametrize("code", sorted(REACHED))
async def test_each_refusal_is_reached(tmp_path, code):
    parts = {}
    if code in ASKS_FOR_IDENTITY:
        (tmp_path / "key").write_bytes(KEY)
        parts["identity"] = {"document_url": NOBODY_THERE, "key_file": tmp_path / "key"}
    settings = settings_of(tmp_path / "data", **parts)

    async with running(settings, REFITTED.get(code, lambda core: core)) as site:
        assert await REACHED[code](site) is code


def test_no_word_is_left_out():
    assert set(REACHED) == set(Code)
