"""Each notice says what its published fixture says."""

import json

import pytest

from danmaku.domain.controls import Control
from danmaku.domain.facts import CommentHeld
from danmaku.domain.ids import Millis, Pseudonym, RoomId, Seq
from danmaku.domain.measures import Function, Measure, Step
from danmaku.domain.room import ReviewMode
from danmaku.gateway.dialects.notices import (
    control_notice,
    decided_notice,
    held_notice,
    lifted_notice,
    measure_notice,
    proposal_notice,
    refused_notice,
    report_notice,
    reversed_notice,
    revoked_notice,
)
from tests.contract.facts import ANN, VERDICT, content
from tests.house.tree import ROOT

FIXTURES = ROOT / "danmaku/conformance/fixtures"
DEMO, AT = RoomId("demo"), Millis(1_790_000_000_500)


def fixture(kind):
    return json.loads((FIXTURES / f"server-notice-{kind}.json").read_text("utf-8"))["fields"]


def of(kind, *names):
    fields = fixture(kind)
    return [fields[name] for name in names]


def judged(kind):
    text, category = of(kind, "text", "category")
    return {
        "author": ANN,
        "client_id": "c",
        "at_ms": AT,
        "content": content(text, 61_500),
        "verdict": VERDICT,
        "category": category,
    }


def measured():
    given = fixture("measure")
    return Measure(
        given["measure_id"],
        Step(given["step"]),
        given["category"],
        given["basis"],
        AT,
        given["until_ms"],
        given["room"],
        given["number"],
        functions=frozenset(map(Function, given["functions"])),
    )


REFUSED = fixture("refused")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("measure", measure_notice(measured(), *of("measure", "note"))),
        ("reversed", reversed_notice(*of("reversed", "measure_id", "note"))),
        ("revoked", revoked_notice(*of("revoked", "note"))),
        ("proposal", proposal_notice(*of("proposal", "room", "outcome", "note"))),
        ("report", report_notice(*of("report", "report", "number", "category", "until_ms"))),
        ("decided", decided_notice(*of("decided", "seq"))),
        ("lifted", lifted_notice(*of("lifted", "room"))),
        (
            "control",
            control_notice(
                Control(of("control", "room")[0], ReviewMode.EVERY, *of("control", "until_ms"))
            ),
        ),
        ("refused", refused_notice(DEMO, Seq(59), text=REFUSED["text"], category="spoiler")),
    ],
)
def test_a_notice_says_what_its_fixture_says(kind, said):
    assert said == fixture(kind)


def test_what_waits_is_told_with_its_words_and_its_author_s_public_id():
    said = held_notice(Seq(59), Pseudonym("k3jx9q2m7a"), CommentHeld(**judged("held")))

    assert said == fixture("held") | {"name": "Ann"}
