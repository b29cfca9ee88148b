from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.account import Bundle, PowerGrant, Standing
from danmaku.domain.admission import (
    GATES,
    LIMITS,
    REVIEW_CATEGORY,
    Asked,
    admit,
    said_by_rules,
)
from danmaku.domain.comment import (
    LATENCY_MAX_MS,
    POSITION_MAX_MS,
    SIZES,
    SMALL,
    WHITE,
    Content,
    Draft,
    Mode,
    Style,
)
from danmaku.domain.controls import Control
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused, Hit, Verdict
from danmaku.domain.ids import AccountId, ClientId, Millis, RoomId, Seq
from danmaku.domain.levels import Level
from danmaku.domain.live import LiveRoom
from danmaku.domain.looks import Look
from danmaku.domain.pacing import TokenBuckets
from danmaku.domain.room import Broadcast, ReviewMode, RoomPolicy, RoomState, Status
from danmaku.errors import Code, Refused, TooFast
from danmaku.filter.findings import Findings
from danmaku.filter.floods import Repeats
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import FAULT_CATEGORY, Action
from danmaku.filter.screen import Screen

DEMO = RoomId("demo")
NOW = Millis(1_000_000)
VIEWER = PowerGrant("v", Bundle.VIEWER, None, None)
ANN = Standing(AccountId(1), "ann", "Ann", Seq(5), (VIEWER,))
TOM = replace(
    ANN,
    account=AccountId(2),
    grants=(VIEWER, PowerGrant("m", Bundle.MODERATOR, DEMO, None)),
)
DRAFT = Draft(ClientId("c-1"), "hello everybody", position_ms=1_500)
OPEN = RoomState("Demo")
SCREEN = Screen(
    parse_rules(
        """
        [[rule]]
        id = "stars"
        category = "mild"
        class = "house"
        action = "mask"
        words = ["darn"]
        [[rule]]
        id = "contact"
        category = "contact"
        class = "negative"
        action = "hold"
        words = ["callme"]
        [[rule]]
        id = "never"
        category = "spam"
        class = "illegal"
        action = "refuse"
        words = ["buynow"]
        """
    )
)
RULES = SCREEN.ruleset.version


def look(text):
    return Look(SCREEN.inspect(text), micros=7)


def fault(_text):
    return Look(Findings.fault(RULES), micros=7)


def room_of(state=OPEN, **policy):
    return LiveRoom(
        DEMO,
        replace(state, policy=replace(state.policy, **policy)),
        owner=None,
        version=Seq(1),
        top=Seq(1),
        repeats=Repeats(within_ms=30_000, allowed=1, min_length=5),
    )


def asked_of(draft=DRAFT, *, room=None, buckets=None, **fields):
    standard = {"who": ANN, "now_ms": NOW, "look": look}
    return Asked(
        room=room or room_of(),
        draft=draft,
        buckets=buckets or TokenBuckets(per_s=1.0, burst=5),
        **standard | fields,
    )


def refusal_of(asked):
    with pytest.raises(Refused) as refused:
        admit(asked)
    return refused.value.code


# --- gates and bounds


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (replace(OPEN, status=Status.PAUSED), Code.ROOM_PAUSED),
        (replace(OPEN, status=Status.CLOSED), Code.ROOM_CLOSED),
        (replace(OPEN, policy=RoomPolicy(mode=ReviewMode.CLOSED)), Code.ROOM_PAUSED),
        (
            replace(OPEN, status=Status.CLOSED, policy=RoomPolicy(mode=ReviewMode.CLOSED)),
            Code.ROOM_CLOSED,
        ),
    ],
)
@pytest.mark.parametrize("who", [None, ANN, TOM])
def test_a_room_that_takes_no_comments_takes_nobodys(state, code, who):
    assert refusal_of(asked_of(room=room_of(state), who=who)) == code


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (None, Code.NOT_SIGNED_IN),
        (replace(ANN, grants=()), Code.NOT_GRANTED),
        (replace(ANN, token_room=RoomId("film")), Code.NOT_GRANTED),
        (
            replace(ANN, grants=(PowerGrant("v", Bundle.VIEWER, None, until_ms=NOW),)),
            Code.NOT_GRANTED,
        ),
    ],
)
def test_who_holds_no_power_to_send_does_not(who, code):
    assert refusal_of(asked_of(who=who)) == code


BAD_DRAFTS = [
    ({"text": ""}, Code.EMPTY),
    ({"text": " \u200b\u2028 "}, Code.EMPTY),
    ({"text": "啊" * 11}, Code.TOO_LONG),
    ({"style": Style(mode=Mode.TOP)}, Code.STYLE_NOT_ALLOWED),
    ({"style": Style(color=0xFF0000)}, Code.STYLE_NOT_ALLOWED),
    ({"style": Style(color=WHITE + 1)}, Code.STYLE_NOT_ALLOWED),
    ({"style": Style(color=-1)}, Code.STYLE_NOT_ALLOWED),
    ({"style": Style(size=SMALL)}, Code.STYLE_NOT_ALLOWED),
    ({"style": Style(size=24)}, Code.STYLE_NOT_ALLOWED),
    ({"position_ms": -1}, Code.BAD_POSITION),
    ({"position_ms": POSITION_MAX_MS + 1}, Code.BAD_POSITION),
]
STRICT = {"text_max": 10, "modes": frozenset({Mode.SCROLL}), "colors": False, "sizes": False}


@pytest.mark.parametrize(("fields", "code"), BAD_DRAFTS)
@pytest.mark.parametrize("imported", [True, False])
def test_a_draft_out_of_bounds_is_sent_back(fields, code, imported):
    draft = replace(DRAFT, **({"text": "hello"} | fields))

    assert refusal_of(asked_of(draft, room=room_of(**STRICT), imported=imported)) == code


@pytest.mark.parametrize("size", sorted(SIZES))
@pytest.mark.parametrize("mode", Mode)
def test_every_style_there_is_passes_where_all_are_allowed(mode, size):
    style = Style(mode, 0x00A1D6, size)

    assert admit(asked_of(replace(DRAFT, style=style))).content.style == style


def test_the_shortest_and_the_longest_text_pass():
    texts = ["啊", "啊" * 10]
    judged = [admit(asked_of(replace(DRAFT, text=t), room=room_of(text_max=10))) for t in texts]

    assert [fact.content.text for fact in judged] == texts


@pytest.mark.parametrize("position_ms", [0, POSITION_MAX_MS])
def test_the_ends_of_the_media_clock_pass(position_ms):
    fact = admit(asked_of(replace(DRAFT, position_ms=position_ms)))

    assert fact.content.position_ms == position_ms


# --- the live clock

ON_AIR = replace(OPEN, broadcast=Broadcast(Millis(NOW - 60_000)))
ENDED = replace(OPEN, broadcast=Broadcast(Millis(NOW - 60_000), ended_ms=Millis(NOW - 1)))


@pytest.mark.parametrize(
    ("state", "latency_ms", "now_ms", "imported", "position_ms"),
    [
        (ON_AIR, 0, NOW, False, 60_000),
        (ON_AIR, 4_000, NOW, False, 56_000),
        (ON_AIR, LATENCY_MAX_MS, NOW, False, 0),
        (ON_AIR, 0, NOW - 90_000, False, 0),
        (ON_AIR, 0, NOW + 2 * POSITION_MAX_MS, False, POSITION_MAX_MS),
        (ON_AIR, 0, NOW, True, 1_500),
        (ENDED, 4_000, NOW, False, 1_500),
        (OPEN, 4_000, NOW, False, 1_500),
    ],
)
def test_position_is_the_servers_while_on_air_and_the_clients_otherwise(
    state, latency_ms, now_ms, imported, position_ms
):
    draft = replace(DRAFT, latency_ms=latency_ms)

    fact = admit(asked_of(draft, room=room_of(state), now_ms=Millis(now_ms), imported=imported))

    assert fact.content.position_ms == position_ms


@pytest.mark.parametrize("latency_ms", [-1, LATENCY_MAX_MS + 1])
def test_a_latency_nobody_has_is_refused(latency_ms):
    draft = replace(DRAFT, latency_ms=latency_ms)

    assert refusal_of(asked_of(draft, room=room_of(ON_AIR))) == Code.BAD_POSITION


# --- limits


def test_slow_mode_lets_the_next_comment_wait():
    room = room_of(slow_ms=10_000)
    admit(asked_of(room=room))

    with pytest.raises(TooFast) as refused:
        admit(asked_of(replace(DRAFT, text="more"), room=room, now_ms=Millis(NOW + 4_000)))

    assert refused.value.wait_ms == 6_000


def test_saying_it_again_is_a_duplicate_and_costs_no_turn():
    room = room_of(slow_ms=1_000)
    admit(asked_of(room=room))

    again = refusal_of(
        asked_of(replace(DRAFT, text="Hello, EVERYBODY"), room=room, now_ms=Millis(NOW + 1_000))
    )

    assert again == Code.DUPLICATE
    other = asked_of(replace(DRAFT, text="other words"), room=room, now_ms=Millis(NOW + 1_000))
    assert isinstance(admit(other), CommentPublished)


@pytest.mark.parametrize("fields", [{"who": TOM}, {"imported": True}])
def test_slow_mode_and_repeats_are_for_the_others(fields):
    room = room_of(slow_ms=10_000)
    facts = [admit(asked_of(room=room, **fields)) for _ in range(3)]

    assert [type(fact) for fact in facts] == [CommentPublished] * 3


def test_a_burst_ends_for_hosts_too_and_for_an_import_never():
    buckets = TokenBuckets(per_s=1.0, burst=1)
    admit(asked_of(who=TOM, buckets=buckets))

    assert refusal_of(asked_of(who=TOM, buckets=buckets)) == Code.RATE_LIMITED
    assert isinstance(admit(asked_of(who=TOM, buckets=buckets, imported=True)), CommentPublished)


def test_what_a_gate_sends_back_costs_no_token_and_no_turn():
    buckets = TokenBuckets(per_s=1.0, burst=1)
    room = room_of(slow_ms=10_000)
    for _ in range(3):
        refusal_of(asked_of(replace(DRAFT, text=""), room=room, buckets=buckets))

    assert isinstance(admit(asked_of(room=room, buckets=buckets)), CommentPublished)


def test_a_draft_that_is_decided_again_has_its_turn_already():
    asked = asked_of(room=room_of(slow_ms=10_000), buckets=TokenBuckets(per_s=1.0, burst=1))
    first = admit(asked)

    assert admit(asked, again=True) == first


def test_a_draft_that_is_decided_again_meets_the_room_of_now():
    closed = asked_of(room=room_of(mode=ReviewMode.CLOSED))

    with pytest.raises(Refused) as refused:
        admit(closed, again=True)

    assert refused.value.code == Code.ROOM_PAUSED


def test_the_filter_is_asked_last():
    looks = []

    def counted(text):
        looks.append(text)
        return look(text)

    room = room_of(**STRICT, slow_ms=10_000)
    for fields, _code in BAD_DRAFTS:
        refusal_of(
            asked_of(replace(DRAFT, **({"text": "hello"} | fields)), room=room, look=counted)
        )
    refusal_of(asked_of(room=room_of(mode=ReviewMode.CLOSED), look=counted))
    refusal_of(asked_of(who=None, look=counted))

    assert looks == []
    assert len(GATES + LIMITS) == len(set(GATES + LIMITS))


# --- the judgement

SENT = {"author": ANN.account, "client_id": DRAFT.client_id, "at_ms": NOW}


def content_of(text):
    return Content(text, DRAFT.style, DRAFT.position_ms, name="Ann")


def hit_of(rule, category, action, start, end):
    return (Hit(rule, category, action, start, end),)


@pytest.mark.parametrize("mode", [ReviewMode.MACHINE, ReviewMode.EVERY])
def test_what_the_filter_refuses_is_refused_in_every_mode(mode):
    fact = admit(asked_of(replace(DRAFT, text="please buynow"), room=room_of(mode=mode)))

    hits = hit_of("never", "spam", "refuse", 7, 13)
    assert fact == CommentRefused(
        actor=None,
        content=content_of("please buynow"),
        verdict=Verdict(RULES, "refuse", "spam", 7, hits),
        category="spam",
        **SENT,
    )


@pytest.mark.parametrize("mode", [ReviewMode.MACHINE, ReviewMode.EVERY])
def test_what_the_filter_holds_is_held_for_its_own_reason(mode):
    fact = admit(asked_of(replace(DRAFT, text="callme today"), room=room_of(mode=mode)))

    hits = hit_of("contact", "contact", "hold", 0, 6)
    assert fact == CommentHeld(
        content=content_of("callme today"),
        verdict=Verdict(RULES, "hold", "contact", 7, hits),
        category="contact",
        **SENT,
    )


def test_what_passes_is_published():
    assert admit(asked_of()) == CommentPublished(
        actor=ANN.account,
        content=content_of(DRAFT.text),
        verdict=Verdict(RULES, "pass", None, 7),
        **SENT,
    )


def test_what_passes_is_held_where_a_person_sees_each():
    assert admit(asked_of(room=room_of(mode=ReviewMode.EVERY))) == CommentHeld(
        content=content_of(DRAFT.text),
        verdict=Verdict(RULES, "pass", None, 7),
        category=REVIEW_CATEGORY,
        **SENT,
    )


def test_a_masked_comment_is_published_as_masked_and_its_original_is_sealed():
    fact = admit(asked_of(replace(DRAFT, text="oh darn it")))

    assert fact.content.text == "oh **** it"
    assert fact.verdict == Verdict(
        RULES, "mask", "mild", 7, hit_of("stars", "mild", "mask", 3, 7), original="oh darn it"
    )


def test_a_masked_comment_is_held_for_review_and_not_for_its_mask():
    fact = admit(asked_of(replace(DRAFT, text="oh darn"), room=room_of(mode=ReviewMode.EVERY)))

    assert (fact.category, fact.content.text) == (REVIEW_CATEGORY, "oh ****")


def test_a_fault_in_the_filter_holds():
    fact = admit(asked_of(look=fault))

    assert fact == CommentHeld(
        content=content_of(DRAFT.text),
        verdict=Verdict(RULES, "hold", FAULT_CATEGORY, 7),
        category=FAULT_CATEGORY,
        **SENT,
    )


def test_an_imported_comment_is_marked_and_judged_like_any_other():
    passed = admit(asked_of(imported=True))
    refused = admit(asked_of(replace(DRAFT, text="buynow"), imported=True))

    assert passed.imported
    assert isinstance(refused, CommentRefused)


@given(
    text=st.text(st.characters(), max_size=120) | st.sampled_from(["darn", "callme", "buynow"]),
    position_ms=st.integers(),
    color=st.integers(-1, WHITE + 1),
    size=st.integers(),
    latency_ms=st.integers(),
    state=st.sampled_from([OPEN, ON_AIR, ENDED]),
)
def test_whatever_is_sent_is_judged_or_answered_and_what_is_published_keeps_its_bounds(
    text, position_ms, color, size, latency_ms, state
):
    draft = Draft(ClientId("c"), text, position_ms, Style(Mode.SCROLL, color, size), latency_ms)
    try:
        fact = admit(asked_of(draft, room=room_of(state)))
    except Refused:
        return

    content = fact.content
    assert 1 <= len(content.text) <= state.policy.text_max
    assert 0 <= content.position_ms <= POSITION_MAX_MS
    assert content.style.size in SIZES
    assert not isinstance(fact, CommentPublished) or fact.verdict.action in {"pass", "mask"}


@pytest.mark.parametrize(
    ("action", "category", "hits", "expected"),
    [
        ("pass", None, (), (Action.PASS, None)),
        ("hold", "filter_fault", (), (Action.HOLD, "filter_fault")),
        ("hold", "room_list", [("room_list", "hold")], (Action.PASS, None)),
        (
            "refuse",
            "room_list",
            [("mild", "mask"), ("room_list", "refuse"), ("contact", "hold")],
            (Action.HOLD, "contact"),
        ),
        ("hold", "contact", [("contact", "hold"), ("room_list", "mask")], (Action.HOLD, "contact")),
    ],
)
def test_what_the_rules_alone_said(action, category, hits, expected):
    told = tuple(Hit("r", of, does, 0, 1) for of, does in hits)

    assert said_by_rules(Verdict("v", action, category, 7, told)) == expected


# --- levels


LOW = replace(ANN, level=0)


@pytest.mark.parametrize(
    "fields",
    [
        {"style": Style(color=0xFF0000)},
        {"style": Style(mode=Mode.TOP)},
        {"style": Style(size=SMALL)},
        {"text": "long " * 9},
    ],
    ids=["color", "mode", "size", "length"],
)
def test_functions_of_a_higher_level_are_refused_on_level_0(fields):
    draft = replace(DRAFT, **fields)

    with pytest.raises(Refused) as refused:
        admit(asked_of(draft, who=LOW))

    assert refused.value.code is Code.LEVEL_TOO_LOW
    assert isinstance(admit(asked_of(draft, who=replace(ANN, level=1))), CommentPublished)
    assert isinstance(admit(asked_of(draft)), CommentPublished)


def test_comment_from_level_0_waits_for_a_person_and_the_next_for_its_turn():
    room = room_of()

    held = admit(asked_of(room=room, who=LOW))

    assert isinstance(held, CommentHeld)
    assert held.category == REVIEW_CATEGORY
    with pytest.raises(TooFast):
        admit(asked_of(replace(DRAFT, text="something else"), room=room, who=LOW))


def test_levels_do_not_bind_what_is_imported():
    styled = replace(DRAFT, style=Style(color=0xFF0000))

    judgement = admit(asked_of(styled, who=LOW, imported=True))

    assert judgement.content.style == styled.style


@pytest.mark.parametrize(("level", "least"), [(None, 2), (0, 1), (3, 4)])
def test_room_may_ask_for_a_level(level, least):
    with pytest.raises(Refused) as refused:
        admit(asked_of(who=replace(ANN, level=level), room=room_of(level_min=least)))

    assert refused.value.code is Code.LEVEL_TOO_LOW


# --- who looks first


PUT_OFF = Level(score_min=0, review=ReviewMode.DELAYED)


def slowed(**fields):
    return Control(until_ms=Millis(NOW + 1), **{"scope": None, "mode": ReviewMode.DELAYED} | fields)


def test_a_news_room_has_a_person_look_first_whatever_its_streamer_sets():
    fact = admit(asked_of(room=room_of(replace(OPEN, news=True))))

    assert (type(fact), fact.category) == (CommentHeld, REVIEW_CATEGORY)


@pytest.mark.parametrize(
    ("asked", "waits", "host_waits"),
    [
        ({}, False, False),
        ({"room": room_of(mode=ReviewMode.DELAYED)}, True, False),
        ({"control": slowed()}, True, True),
        ({"control": slowed(scope=RoomId("film"))}, False, False),
        ({"level": PUT_OFF}, True, True),
        ({"level": PUT_OFF, "room": room_of(mode=ReviewMode.EVERY)}, False, False),
    ],
)
def test_a_keeper_waits_for_what_the_house_asks_and_not_for_the_room_s_own(
    asked, waits, host_waits
):
    assert asked_of(**asked).is_put_off is waits
    assert asked_of(**asked, who=TOM).is_put_off is host_waits
    assert not asked_of(**asked, imported=True).is_put_off
