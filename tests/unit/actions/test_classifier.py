import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from danmaku.actions import webhooks as module
from danmaku.actions.classifier import CLASSIFIER_FAULT, RULE, Classifier
from danmaku.actions.webhooks import Webhook, answer_signature, question_signature
from danmaku.config import FilterSettings
from danmaku.domain.account import Bundle
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused, Hit
from danmaku.domain.room import ReviewMode
from danmaku.telemetry import Telemetry
from tests.patience import PATIENCE_S
from tests.unit.actions.house import DEMO, Clock, house_on

KEY = b"k" * 32
BUDGET_MS = int(PATIENCE_S * 1000)
PASS = b'{"action":"pass"}'


@dataclass
class Outside:
    """A classifier on a real socket; what it answers is up to the test."""

    body: bytes = PASS
    key: bytes = KEY
    status: str = "200 OK"
    signature: str | None = None  # None: the right one
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[dict] = field(default_factory=list)
    url: str = ""

    def __post_init__(self):
        self.let_go.set()

    async def serve(self, reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._answer(head, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, head, reader, writer):
        lines = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
        headers = {name.lower(): value for name, _, value in lines}
        question = await reader.readexactly(int(headers["content-length"]))
        signature = headers["danmaku-signature"]
        assert signature == question_signature(KEY, headers["danmaku-time"], question)
        self.asked.append(json.loads(question))
        await self.let_go.wait()
        signed = self.signature or answer_signature(self.key, signature, self.body)
        writer.write(
            f"HTTP/1.1 {self.status}\r\nContent-Length: {len(self.body)}\r\n"
            f"Danmaku-Signature: {signed}\r\n\r\n".encode()
            + self.body
        )
        await writer.drain()


@pytest.fixture
async def outside():
    outside = Outside()
    server = await asyncio.start_server(outside.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    outside.url = f"http://{host}:{port}/judge"
    yield outside
    outside.let_go.set()
    server.close()


def classifier_at(url, telemetry, clock=None):
    webhook = Webhook(url, KEY, millis_max=BUDGET_MS, clock=clock or Clock())
    return Classifier(webhook, telemetry)


@asynccontextmanager
async def house_with(folder, outside, **options):
    async with house_on(
        folder,
        classifier=lambda clock, telemetry: classifier_at(outside.url, telemetry, clock),
        **options,
    ) as house:
        await house.room()
        yield house


@pytest.fixture
async def house(tmp_path, outside):
    async with house_with(tmp_path, outside) as house:
        yield house


@pytest.fixture
async def ann(house):
    return await house.person("ann")


def answers(telemetry):
    samples = telemetry.classifier_answers.collect()[0].samples
    return {
        sample.labels["answer"]: int(sample.value)
        for sample in samples
        if sample.name.endswith("_total")
    }


async def test_a_comment_that_it_lets_pass_is_published(house, ann, outside):
    entry = await house.say(ann, "hello")

    assert isinstance(entry.fact, CommentPublished)
    assert outside.asked == [{"room": DEMO, "text": "hello"}]
    assert answers(house.telemetry) == {"pass": 1}


async def test_a_comment_that_it_objects_to_is_held_and_the_verdict_says_by_whom(
    house, ann, outside
):
    outside.body = b'{"action":"hold","category":"fraud"}'

    fact = (await house.say(ann, "darn it")).fact

    assert isinstance(fact, CommentHeld)
    assert (fact.category, fact.content.text) == ("fraud", "**** it")
    assert fact.verdict.hits[-1] == Hit(RULE, "fraud", "hold", 0, 7)
    assert (fact.verdict.action, fact.verdict.original) == ("mask", "darn it")
    assert outside.asked == [{"room": DEMO, "text": "darn it"}]
    assert await house.texts() == {}


async def test_what_it_held_a_person_may_approve(house, ann, outside):
    outside.body = b'{"action":"hold","category":"other"}'
    held = await house.say(ann, "hello")

    await house.moderation.approve(await house.person("rey", Bundle.REVIEWER), DEMO, held.seq)

    assert await house.texts() == {1: "hello"}
    assert len(outside.asked) == 1


@pytest.mark.parametrize(("text", "kind"), [("callme", CommentHeld), ("buynow", CommentRefused)])
async def test_what_the_filter_stops_is_not_asked_about(house, ann, outside, text, kind):
    assert isinstance((await house.say(ann, text)).fact, kind)
    assert outside.asked == []


async def test_where_a_person_looks_at_each_it_is_not_asked(tmp_path, outside):
    async with house_on(
        tmp_path, classifier=lambda clock, telemetry: classifier_at(outside.url, telemetry, clock)
    ) as house:
        await house.room(mode=ReviewMode.EVERY)

        assert isinstance((await house.say(await house.person("ann"))).fact, CommentHeld)

    assert outside.asked == []


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"key": b"another key of thirty-two bytes.."}, "unsigned"),
        ({"signature": "none"}, "unsigned"),
        ({"status": "500 Internal Server Error"}, "error"),
        ({"status": "302 Found"}, "error"),
        ({"body": b"pass"}, "unknown"),
        ({"body": b'{"action":"publish"}'}, "unknown"),
        ({"body": b'{"action":"hold","category":"whim"}'}, "unknown"),
        ({"body": b'{"action":"hold"}'}, "unknown"),
        ({"body": PASS + b" " * 5000}, "unknown"),
        ({"let_go": asyncio.Event()}, "late"),
    ],
)
async def test_whatever_is_no_valid_answer_holds(house, ann, outside, answer, fault, monkeypatch):
    for name, value in answer.items():
        setattr(outside, name, value)
    if fault == "late":
        monkeypatch.setattr(house.comments._classifier._webhook, "_seconds_max", 0.3)

    entry = await house.say(ann, "hello")

    assert (type(entry.fact), entry.fact.category) == (CommentHeld, CLASSIFIER_FAULT)
    assert answers(house.telemetry) == {fault: 1}


async def test_an_answer_to_another_question_does_not_count(house, ann, outside):
    outside.signature = answer_signature(KEY, question_signature(KEY, "1", b"{}"), PASS)

    assert isinstance((await house.say(ann)).fact, CommentHeld)
    assert answers(house.telemetry) == {"unsigned": 1}


async def test_nobody_there_holds():
    telemetry = Telemetry()
    nobody = classifier_at("http://127.0.0.1:9/", telemetry)

    assert await nobody.objection(DEMO, "hello") == CLASSIFIER_FAULT
    assert answers(telemetry) == {"error": 1}
    await nobody.close()


async def test_while_it_thinks_others_are_served(house, ann, outside):
    outside.let_go.clear()
    waiting = asyncio.create_task(house.say(ann, "hello"))
    async with asyncio.timeout(PATIENCE_S):
        while not outside.asked:  # noqa: ASYNC110 -- asked by another connection
            await asyncio.sleep(0.001)
        await house.say(await house.person("bob"), "callme")
        assert not waiting.done()
        outside.let_go.set()
        entry = await waiting

    assert isinstance(entry.fact, CommentPublished)


async def test_too_many_questions_at_once_hold(outside, monkeypatch):
    monkeypatch.setattr(module, "RUNNING_MAX", 2)
    telemetry = Telemetry()
    classifier = classifier_at(outside.url, telemetry)

    said = await asyncio.gather(*(classifier.objection(DEMO, "hello") for _ in range(3)))

    assert said == [None, None, CLASSIFIER_FAULT]
    assert answers(telemetry) == {"busy": 1, "pass": 2}
    await classifier.close()


async def test_a_room_that_changes_meanwhile_decides_again_and_asks_once(house, ann, outside):
    outside.let_go.clear()
    waiting = asyncio.create_task(house.say(ann, "hello"))
    async with asyncio.timeout(PATIENCE_S):
        while not outside.asked:  # noqa: ASYNC110 -- asked by another connection
            await asyncio.sleep(0.001)
        await house.rooms.change(
            None,
            DEMO,
            lambda state: replace(state, policy=replace(state.policy, mode=ReviewMode.EVERY)),
        )
        outside.let_go.set()
        entry = await waiting

    assert isinstance(entry.fact, CommentHeld)
    assert entry.fact.category == "review"
    assert len(outside.asked) == 1


def test_the_settings_choose_it(tmp_path):
    key = tmp_path / "key"
    key.write_bytes(b"short\n")
    with pytest.raises(ValueError, match="key"):
        FilterSettings(classifier_url="http://127.0.0.1:9/")
    named = FilterSettings(classifier_url="http://127.0.0.1:9/", classifier_key_file=key)

    assert Classifier.chosen(FilterSettings(), Clock(), Telemetry()) is None
    with pytest.raises(ValueError, match="32 bytes"):
        Classifier.chosen(named, Clock(), Telemetry())
    key.write_bytes(KEY + b"\n")
    assert Classifier.chosen(named, Clock(), Telemetry()) is not None
