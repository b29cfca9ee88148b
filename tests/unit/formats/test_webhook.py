import base64
import hmac
import json
import re
import time
from dataclasses import replace
from hashlib import sha256

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from danmaku.domain.case_facts import CaseDecided, CaseFiled
from danmaku.domain.cases import CaseKind, CaseOutcome, Subject, SubjectKind
from danmaku.domain.comment import Comment, CommentStatus, RecalledBy
from danmaku.domain.controls import Control
from danmaku.domain.deliveries import Due
from danmaku.domain.endpoints import OF_ROOMS, EndpointSet, EndpointState, EventType
from danmaku.domain.facts import Entry, PasswordChanged, ReportFiled, RoomChanged
from danmaku.domain.filing_facts import FilingBegun, FilingKind
from danmaku.domain.ids import PLATFORM, Millis, Number, Seq
from danmaku.domain.measures import Measure, Step
from danmaku.domain.people_facts import ControlLifted, ControlSet, MeasureReversed, MeasureTaken
from danmaku.domain.room import ReviewMode, RoomState
from danmaku.formats.webhook import (
    SECRET_BYTES,
    headers_of,
    message_id_of,
    message_of,
    message_with,
    secret_text_of,
)
from tests.contract.facts import (
    ANN,
    DEMO,
    SECRET,
    content,
    held,
    opened,
    published,
    recalled,
    refused,
    restored,
)
from tests.house.tree import ROOT

NOW_MS = Millis(1_772_366_400_123)
KEY, OTHER = b"k" * SECRET_BYTES, b"o" * SECRET_BYTES
ALL = EndpointSet("e1", EndpointState.ACTIVE, (), None, None)
SUBJECT = Subject(SubjectKind.COMMENT, DEMO, Number(1))
MEASURE = Measure("m1", Step.SUSPEND, "flood", "rule 3", NOW_MS, room=DEMO)
COMMENT = Comment(
    Seq(2), Number(1), CommentStatus.PUBLISHED, Millis(5), 1_000, "abcdefghij", content("hello")
)
GONE = replace(COMMENT, status=CommentStatus.RECALLED, by=RecalledBy.AUTHOR)


def due(fact, *, now=None, chain=DEMO, author=None):
    at_the_time = replace(COMMENT, content=None)
    return Due(Entry(chain, Seq(7), NOW_MS, fact, comment=at_the_time), now, author)


def on_platform(fact):
    return due(fact, chain=PLATFORM, author="k3jx7qm2ab")


def told(one, endpoint=ALL):
    message = message_of(one, endpoint, epoch="e")
    return None if message is None else json.loads(message.body)


DUES = {
    EventType.COMMENT_PUBLISHED: due(published(), now=COMMENT),
    EventType.COMMENT_HELD: due(held()),
    EventType.COMMENT_REFUSED: due(refused()),
    EventType.COMMENT_RECALLED: due(recalled()),
    EventType.COMMENT_RESTORED: due(restored(), now=COMMENT),
    EventType.ROOM_OPENED: due(opened()),
    EventType.ROOM_CHANGED: due(RoomChanged(ANN, RoomState(title="Another"))),
    EventType.MEASURE_TAKEN: on_platform(MeasureTaken(MEASURE, ANN, None, note=SECRET)),
    EventType.MEASURE_REVERSED: on_platform(MeasureReversed("m1", ANN, None, reason=SECRET)),
    EventType.CONTROL_SET: on_platform(
        ControlSet(Control(None, ReviewMode.EVERY, NOW_MS), ANN, reason=SECRET)
    ),
    EventType.CONTROL_LIFTED: on_platform(ControlLifted(DEMO, ANN, SECRET)),
    EventType.CASE_FILED: on_platform(
        CaseFiled("r1", CaseKind.COMPLAINT, SUBJECT, "abuse", ANN, text=SECRET, contact=SECRET)
    ),
    EventType.CASE_DECIDED: on_platform(
        CaseDecided("c7", ANN, CaseOutcome.UPHELD, "abuse", note=SECRET)
    ),
    EventType.FILING_DUE: on_platform(FilingBegun(FilingKind.ITEM, SECRET, NOW_MS, None)),
}


def test_every_type_has_its_message():
    assert DUES.keys() == set(EventType)
    for event, one in DUES.items():
        message = told(one)
        assert (message["type"], message["timestamp"]) == (event, "2026-03-01T12:00:00.123Z")
        assert "seq" in message["data"] or event is EventType.COMMENT_RECALLED


def test_nothing_that_is_sealed_is_told_and_no_account():
    bodies = [json.dumps(told(one)) for one in DUES.values()]

    assert [body for body in bodies if SECRET in body] == []
    assert [body for body in bodies if '"account"' in body or '"actor"' in body] == []


def test_a_comment_is_told_as_it_stands_now():
    assert told(DUES[EventType.COMMENT_PUBLISHED])["data"]["text"] == "hello"
    for now in (GONE, None):
        data = told(due(published(), now=now))["data"]
        assert (data["kind"], data["number"]) == ("marker", 1)
        assert "hello" not in json.dumps(data)


def test_reports_open_cases_too():
    report = ReportFiled("r1", None, DEMO, Number(1), "abuse", SECRET, SECRET)

    data = told(on_platform(report))["data"]

    assert data == {
        "seq": 7,
        "case_id": "r7",
        "kind": "report",
        "category": "abuse",
        "room": DEMO,
        "number": 1,
    }


def test_what_is_no_event_is_not_told():
    assert told(on_platform(PasswordChanged(ANN, "hash"))) is None


def test_an_endpoint_of_one_room_is_told_what_names_the_room():
    here, there = replace(ALL, room=DEMO), replace(ALL, room="other")

    assert {event for event, one in DUES.items() if told(one, here)} == OF_ROOMS | {
        EventType.MEASURE_TAKEN,
        EventType.CONTROL_LIFTED,
        EventType.CASE_FILED,
    }
    assert not any(told(one, there) for one in DUES.values())


def test_an_endpoint_gets_the_types_it_asked_for():
    some = replace(ALL, events=(EventType.CASE_DECIDED,))

    assert [event for event, one in DUES.items() if told(one, some)] == ["case.decided"]


def test_an_id_is_the_same_for_ever_and_another_for_each_endpoint_and_entry():
    ids = {
        message_id_of(endpoint, epoch, chain, seq)
        for endpoint in ("e1", "e2")
        for epoch in ("a", "b")
        for chain in (DEMO, PLATFORM)
        for seq in (1, 2)
    }

    assert len(ids) == 16
    assert message_id_of("e1", "a", DEMO, 1) in ids
    assert not any("." in one for one in ids)


def test_each_secret_signs_id_time_and_body():
    message = message_with("msg_1", "webhook.test", NOW_MS, {"n": 1})
    headers = dict(headers_of(message, [KEY, OTHER], NOW_MS))

    signed = b"msg_1.1772366400." + message.body
    expected = [
        "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
        for key in (KEY, OTHER)
    ]
    assert headers[b"webhook-signature"].decode().split(" ") == expected
    assert (headers[b"webhook-id"], headers[b"webhook-timestamp"]) == (b"msg_1", b"1772366400")


def received(secret, headers, body):
    """What the example of docs/webhooks.md makes of a message."""
    text = (ROOT / "docs/webhooks.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names = {}
    exec(example, names)  # noqa: S102 -- what readers paste
    return names["receive"](secret, headers, body)


@pytest.mark.parametrize("key", [KEY, OTHER])
def test_the_standard_s_own_library_believes_either_secret_and_no_other(key):
    message = message_with("msg_1", "webhook.test", NOW_MS, {"n": 1})
    now_ms = Millis(int(time.time()) * 1000)  # noqa: TID251 -- the library asks no other clock
    headers = {
        name.decode(): value.decode() for name, value in headers_of(message, [KEY, OTHER], now_ms)
    }

    assert received(secret_text_of(key), headers, message.body)["data"] == {"n": 1}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_text_of(b"x" * SECRET_BYTES)).verify(message.body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_text_of(key)).verify(message.body + b" ", headers)
