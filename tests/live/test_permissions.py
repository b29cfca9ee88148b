"""Who may do what: every route that writes and every message of a socket, for every role.

One table, tried whole on the running house. Routes are read off the application, so that one
without a row fails. The operator's desk has no roles: whoever may open its socket is the operator.
"""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from string import Formatter
from typing import get_args

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from bench.client import Door, Viewer
from danmaku.actions.drawn import new_id
from danmaku.actions.legal_holds import HoldDraft
from danmaku.actions.measures import MeasureDraft
from danmaku.actions.moderation import ReportDraft
from danmaku.actions.orders import OrderDraft
from danmaku.domain.account import Bundle, Power, PowerGrant, Standing
from danmaku.domain.comment import Content, Draft, Style
from danmaku.domain.documents import Document, DocumentKind, Edition, Words
from danmaku.domain.facts import CommentHeld, Hit, PowersGranted, Verdict
from danmaku.domain.features import Feature, FeatureAssessed, FeatureSwitched
from danmaku.domain.filing_facts import FilingState, OrderAct, Risk
from danmaku.domain.filings import Turn
from danmaku.domain.ids import PLATFORM, ClientId, Millis, RoomId
from danmaku.domain.keeping import Term
from danmaku.domain.measures import Step
from danmaku.domain.room import ReviewMode, RoomState
from danmaku.domain.rule_facts import RuleStage
from danmaku.errors import ANSWERS, Code
from danmaku.gateway.dialects.centrifugo import Request
from danmaku.gateway.dialects.danmaku_v1 import Message
from danmaku.ports import Append
from danmaku.web.app import create_app
from danmaku.web.forms import form_token_of
from tests.live.site import Site, running, settings_of
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="module")

GUEST_COOKIE = "a-guest-of-this-browser"
PASSWORD = "correct horse battery"
HELD_TEXT = "wobblesnark"  # the sample rules say so

PLATFORM_ROLES = {
    "viewer": (),
    "streamer": (),
    "moderator": (),
    "neighbour": (),  # keeps another room
    "reviewer": (Bundle.REVIEWER,),
    "chief": (Bundle.CHIEF_EDITOR,),
    "inspector": (Bundle.INSPECTOR,),
    "operator": (Bundle.OPERATOR,),
    "left": tuple(Bundle),  # held every power, and has given the account up
    "elsewhere": tuple(Bundle),  # holds every power, and came with a token of another room
}
ROLES = ("guest", *PLATFORM_ROLES)

ANYBODY = frozenset(ROLES)
PERSONS = ANYBODY - {"guest", "elsewhere"}
SPEAKERS = PERSONS - {"left", "inspector"}
KEEPERS = frozenset({"streamer", "moderator", "reviewer", "chief"})
HOSTS = frozenset({"streamer", "operator"})  # of this room
STREAMER = frozenset({"streamer"})
STAFF = frozenset({"reviewer", "chief"})
CHIEF = frozenset({"chief"})
ASKERS = frozenset({"chief", "inspector"})
ASSESSORS = frozenset({"chief", "operator"})
OPERATOR = frozenset({"operator"})
INSPECTOR = frozenset({"inspector"})
DRAFTERS = frozenset({"reviewer", "chief", "operator"})
OPEN_TO_INSPECTORS = (
    *("/sign-out", "/language", "/inspect/", "/disclosures", "/api/disclosures"),
    *("/api/v2/match", "/x/internal/", "/xlive/", "/helix/oauth2/"),  # change nothing
)
NOBODY = frozenset()

TAKEN = {"category": "other", "basis": "rule 3"}
HIDE = {"powers": ["comment.recall"]}
FLOOD = {"category": "flood", "why": "a flood"}
SCAN = {"upto_ms": 1, "comments": 0, "hits": 0, "treatment": "hold", "why": "a new rule"}


@dataclass(frozen=True)
class Row:
    """What one call answers: `ok` to those who may, 401 to guests, `no` to all others."""

    call: str  # method and path; {names} are made anew for each role, see `Case`
    may: frozenset[str]
    body: object = None
    ok: int = 200
    no: int = 403
    guest: int = 401
    elsewhere: int | None = None  # None: as all others
    left: int | None = None
    is_alone: bool = False  # asked by one role after another

    @property
    def method(self) -> str:
        return self.call.split()[0]

    @property
    def path(self) -> str:
        return self.call.split()[1]

    def expected(self, role: str) -> int:
        is_writing = self.method != "GET" and not self.path.startswith(OPEN_TO_INSPECTORS)
        if role == "inspector" and is_writing:
            return 403
        if role in self.may:
            return self.ok
        named = {"guest": self.guest, "elsewhere": self.elsewhere, "left": self.left}
        return named.get(role) or self.no


def measure(step: str, **fields: object) -> dict[str, object]:
    return TAKEN | {"step": step} | fields


def form(call: str, may: frozenset[str], body: object = None, **answers: int) -> Row:
    """A row of a page: a form that was taken leads on to another page."""
    return Row(call, may, body, **{"ok": 303} | answers)


API = [
    Row("POST /api/rooms", OPERATOR, {"room": "{new}", "title": "New"}, ok=201),
    Row("PATCH /api/rooms/{room}", HOSTS, {"slow_ms": 0}),
    Row("PATCH /api/rooms/{room}", ASSESSORS, {"status": "closed"}),
    Row("PATCH /api/rooms/{room}", OPERATOR, {"news": True, "commerce": True, "minor_safe": True}),
    Row("POST /api/rooms/{room}/broadcast", HOSTS, {"running": True}),
    Row("PUT /api/rooms/{room}/words", HOSTS, {"words": ["a"]}),
    Row("POST /api/rooms/{room}/silence", HOSTS, {"seconds": 1}),
    Row("POST /api/rooms/{room}/import", HOSTS),
    Row("POST /api/rooms/{room}/comments", SPEAKERS, {"id": "c", "text": "I am {new}"}, ok=201),
    Row("POST /api/rooms/{room}/comments/{number}/recall", KEEPERS),
    Row("POST /api/rooms/{room}/comments/{hidden}/restore", KEEPERS),
    Row("POST /api/rooms/{room}/comments/{deleted}/restore", STAFF),
    Row("POST /api/rooms/{room}/comments/{number}/mute", KEEPERS, {"term": "session"}, ok=201),
    Row("POST /api/rooms/{room}/held/{origin}/approve", KEEPERS),
    Row("POST /api/rooms/{room}/held/{origin}/reject", KEEPERS, {"category": "other"}),
    Row("POST /api/rooms/{room}/clusters/{cluster}/approve", KEEPERS),
    Row("POST /api/rooms/{room}/clusters/{cluster}/reject", KEEPERS, {"category": "other"}),
    Row("PUT /api/rooms/{room}/comments/{number}/like", SPEAKERS),
    Row("DELETE /api/rooms/{room}/comments/{number}/like", PERSONS, ok=404),
    Row("POST /api/load/hold", OPERATOR, {"level": 0}),
    Row("POST /api/load/let-go", OPERATOR),
    Row("POST /api/features/{feature}", ASSESSORS, {"on": True}),
    Row("POST /api/rooms/{room}/reports/{report}/answer", KEEPERS, {"finding": "upheld"}, ok=204),
    Row("POST /api/rooms/{room}/application", STREAMER, HIDE, ok=201),
    Row("POST /api/applications/{application}/grant", ASSESSORS, HIDE | {"days": 1}, ok=201),
    Row("POST /api/applications/{application}/decline", ASSESSORS, {}, ok=204),
    Row("POST /api/grants/{grant}/narrow", ASSESSORS, {}, ok=204),
    Row("POST /api/rooms/{room}/moderators", STREAMER, HIDE | {"login": "{author}"}, ok=201),
    Row("DELETE /api/rooms/{room}/moderators/{grant}", STREAMER, ok=204),
    Row("POST /api/me/invitations/{invitation}/accept", NOBODY, no=404),  # somebody else's
    Row("POST /api/me/invitations/{invitation}/decline", NOBODY, no=404),
    Row("POST /api/measures", KEEPERS, measure("suspend", login="{author}", room="{room}"), ok=201),
    Row("POST /api/measures", STAFF, measure("suspend", login="{author}"), ok=201),
    Row("POST /api/measures", STAFF, measure("warn", login="{author}"), ok=201),
    Row("POST /api/measures", STAFF,
        measure("limit", login="{author}", functions=["colors"]), ok=201),
    Row("POST /api/measures", STAFF, measure("delete", room="{room}", number="#{number}"), ok=201),
    Row("POST /api/measures", STAFF, measure("refuse", room="{room}", origin="#{origin}"), ok=201),
    Row("POST /api/measures", STAFF,
        measure("pause_comments", room="{room}", lasts_ms=1000), ok=201),
    Row("POST /api/measures", CHIEF, measure("close_comments", room="{room}"), ok=201),
    Row("POST /api/measures", CHIEF, measure("close", login="{author}"), ok=201),
    Row("POST /api/measures", CHIEF, measure("forbid", login="{suspended}"), ok=201),
    Row("POST /api/measures/{suspension}/reverse", STAFF, {"reason": ""}),
    Row("POST /api/measures/{mute}/reverse", KEEPERS, {"reason": ""}),
    Row("POST /api/measures/{closure}/reverse", CHIEF, {"reason": ""}),
    Row("POST /api/measures/{platform_mute}/reverse", STAFF, {"reason": ""}),
    Row("POST /api/me/measures/{warning}/read", NOBODY, no=404),  # somebody else's
    Row("POST /api/appeals", NOBODY,
        {"measure_id": "{warning}", "text": "Not me"}, no=404),  # somebody else's
    Row("POST /api/complaints", ANYBODY,
        {"room": "{room}", "category": "privacy", "text": "my address"}, ok=201),
    Row("POST /api/receipts/{receipt}/withdraw", ANYBODY, ok=204),  # whoever has it
    Row("POST /api/cases/next", STAFF, {}),
    Row("POST /api/cases/decide", STAFF, {"cases": ["{case}"], "outcome": "upheld"}),
    Row("POST /api/cases/{case}/claim", STAFF),
    Row("POST /api/cases/{claimed}/release", STAFF),
    Row("POST /api/cases/{claimed}/escalate", STAFF, {}),
    Row("POST /api/cases/{claimed}/merge", STAFF, {"into": "{case}"}),
    Row("POST /api/cases/{claimed}/decide", STAFF, {"outcome": "upheld"}),
    Row("POST /api/cases/{claimed}/provisional", STAFF,
        {"step": "suspend", "lasts_ms": 1000, "basis": "rule 3"}, ok=201),
    Row("POST /api/training", STAFF, {"version": 1, "answers": [0]}, ok=404),  # none is issued
    Row("POST /api/training/questions", CHIEF, {"text": "no questions"}, ok=400),
    Row("POST /api/roster/duty", STAFF, {"on": True}),
    Row("POST /api/rechecks/{nothing}", STAFF, {"violates": True}, ok=404),
    Row("POST /api/rooms/{room}/reports/{report}/pass-on", KEEPERS, {}, ok=204),
    Row("PUT /api/me/name", SPEAKERS, {"name": "{new}"}),
    Row("POST /api/names/{name}/approve", STAFF, ok=204),
    Row("POST /api/names/{name}/reject", STAFF, {"category": "other"}, ok=204),
    Row(
        "POST /api/names/take-away",
        STAFF,
        {"surface": "name", "login": "{author}", "category": "other"},
        ok=204,
    ),
    Row("POST /api/controls", CHIEF,
        {"room": "{room}", "mode": "closed", "lasts_ms": 1000, "reason": "order"}, ok=201),
    Row("POST /api/controls/lift", CHIEF, {"room": "{controlled}", "reason": "over"}),
    Row("POST /api/disclosures", ASKERS,
        {"login": "{author}", "purpose": "inquiry", "basis": "law"}, ok=201),
    Row("POST /api/disclosures/{disclosure}/agree", CHIEF, ok=204),
    Row("POST /api/disclosures/{own_disclosure}/read", ASKERS),
    Row("POST /api/legal-holds", CHIEF, {"basis": "order 1", "login": "{author}"}, ok=201),
    Row("POST /api/legal-holds/{legal_hold}/lift", CHIEF, {"why": "over"}),
    Row("POST /api/webhooks", ASSESSORS, {"url": "https://127.0.0.1/"}, ok=400),
    Row("POST /api/webhooks/{nothing}/pause", ASSESSORS, ok=404),
    Row("POST /api/webhooks/{nothing}/resume", ASSESSORS, ok=404),
    Row("DELETE /api/webhooks/{nothing}", ASSESSORS, ok=404),
    Row("POST /api/webhooks/{nothing}/rotate", ASSESSORS, ok=404),
    Row("POST /api/webhooks/{nothing}/test", ASSESSORS, ok=404),
    Row("POST /api/webhooks/{nothing}/replay", ASSESSORS, {"since_ms": 1}, ok=404),
    Row("POST /api/documents/{kind}/accept", PERSONS | {"elsewhere"}, {"version": 1}),
    Row("POST /api/register", ANYBODY,
        {"login": "{new}", "name": "{new}", "password": PASSWORD}, ok=201),
    Row("POST /api/reports", ANYBODY, {"room": "{room}", "category": "other"}, ok=201),
    Row("POST /api/rules", DRAFTERS, ok=201),
    Row("POST /api/rules/try", DRAFTERS, {"text": "a sentence"}),
    Row("POST /api/rules/{nothing}/shadow", ASSESSORS, {}, ok=404),
    Row("POST /api/rules/{nothing}/activate", ASSESSORS, {}, ok=404),
    Row("POST /api/rules/{nothing}/retire", ASSESSORS, {}, ok=404),
    Row("POST /api/urgent-rules", ASSESSORS,
        {"text": "zq{new}", "category": "other", "lasts_ms": 60_000, "why": "urgent"}, ok=201),
    Row("POST /api/urgent-rules/{nothing}/adopt", ASSESSORS, {}, ok=404),
    Row("POST /api/urgent-rules/{nothing}/end", ASSESSORS, {}, ok=404),
    Row("POST /api/back-scans/preview", DRAFTERS, {"draft": "#{nothing}"}, ok=404, is_alone=True),
    Row("POST /api/back-scans", CHIEF, {"draft": "#{nothing}"} | SCAN, ok=404),
    Row("POST /api/back-scans/{nothing}/stop", CHIEF, ok=404),
    Row("POST /api/back-scans/{nothing}/undo", CHIEF, ok=404),
    Row("POST /v3/", SPEAKERS, {"id": "{room}", "text": "I am {new}"}, left=401),  # by tokens alone
    Row("POST /dplayer/v3/", SPEAKERS, {"id": "{room}", "text": "I am {new}"}, left=401),
    Row("POST /msg/send", SPEAKERS, {"msg": "I am {new}", "roomid": "#{room_number}"}, left=401),
    Row("POST /x/internal/gaia-gateway/ExClimbWuzhi", ANYBODY, {}),
    Row("POST /xlive/rdata-interface/v1/heartbeat/webHeartBeat", ANYBODY, {}),
    Row("POST /helix/moderation/bans?broadcaster_id={room}", KEEPERS,
        {"data": {"user_id": "{public_id}"}}),
    Row("DELETE /helix/moderation/bans?broadcaster_id={room}&user_id={muted}", KEEPERS, ok=204),
    Row("POST /helix/moderation/blocked_terms?broadcaster_id={room}", HOSTS, {"text": "a"}),
    Row("DELETE /helix/moderation/blocked_terms?broadcaster_id={room}&id={nothing}", HOSTS, ok=404),
    Row("PATCH /helix/chat/settings?broadcaster_id={room}", HOSTS, {"slow_mode": False}),
    Row("DELETE /helix/moderation/chat?broadcaster_id={room}&message_id={room}-{number}", KEEPERS,
        ok=204),
    Row("POST /helix/moderation/automod/message", KEEPERS,
        {"user_id": "{own_login}", "msg_id": "{room}:{origin}", "action": "ALLOW"}, ok=204),
    Row("POST /helix/chat/messages", SPEAKERS,
        {"broadcaster_id": "{room}", "message": "I am {new}"}),
    Row("POST /helix/oauth2/token", ANYBODY, ok=400),
    *(
        Row(f"{method} /helix/{{nothing}}", PERSONS | {"elsewhere"}, ok=404)
        for method in ("POST", "PUT", "PATCH", "DELETE")
    ),
    Row("POST /api/v2/match", ANYBODY, {"fileName": "film.mkv"}),  # a question
    Row("POST /api/filings/assessments", DRAFTERS, {"feature": "likes"}, ok=201),
    Row("POST /api/filings/reports", DRAFTERS, {"from_ms": 0, "to_ms": 1}, ok=201),
    Row("POST /api/filings/years", DRAFTERS, {"year": 2020}, ok=201),
    Row("POST /api/filings/vulnerabilities", DRAFTERS, {"title": "a", "risk": "low"}, ok=201),
    Row("POST /api/filings/{weakness}/revise", DRAFTERS,
        {"revision": "#{weakness}", "remarks": {"summary": "more"}}),
    Row("POST /api/filings/{weakness}/turn", DRAFTERS,
        {"revision": "#{weakness}", "state": "ready"}),
    Row("POST /api/filings/{ready}/turn", CHIEF, {"state": "approved", "revision": "#{ready}"}),
    Row("POST /api/filings/{weakness}/mend", DRAFTERS, {"remedy": "mended"}),
    Row("POST /api/orders", CHIEF,
        {"reference": "no. 1", "act": "every", "room": "{room}", "lasts_ms": 1000}, ok=201),
    Row("POST /api/orders/{order}/lift", CHIEF, {"reason": "over"}),
    Row("POST /api/patrol/{room}/{number}/check", STAFF, {}, ok=409),  # it was not drawn
    Row("POST /api/bulk-recalls/preview", STAFF, {"room": "{nothing}"} | FLOOD, ok=404),
    Row("POST /api/bulk-recalls/{nothing}/execute", STAFF, ok=404),
    Row("POST /api/bulk-recalls/{nothing}/stop", STAFF, ok=404),
    Row("POST /api/bulk-recalls/{nothing}/undo", STAFF, ok=404),
    Row("POST /api/tokens", SPEAKERS, {"label": "a player"}, ok=201),
    Row("DELETE /api/tokens/{token}", NOBODY, no=404, elsewhere=403),  # somebody else's
    Row("POST /api/embed-tokens", OPERATOR,
        {"subject": "{new}", "name": "{new}", "room": "{room}"}, ok=201),
]  # fmt: skip

PAGES = [
    form("POST /rooms/{room}/comments", SPEAKERS, {"client_id": "{new}", "text": "I am {new}"}),
    form("POST /rooms/{room}/comments/{number}/recall", KEEPERS),
    form("POST /rooms/{room}/comments/{hidden}/restore", KEEPERS),
    form("POST /rooms/{room}/comments/{number}/mute", KEEPERS),
    form("POST /rooms/{room}/policy", HOSTS, {"comments": "off"}),
    form("POST /rooms/{room}/broadcast", HOSTS, {"action": "start"}),
    form("POST /rooms/{room}/words", HOSTS, {"words": "a"}),
    form("POST /rooms/{room}/names", HOSTS, {"title": "Another title"}),
    form("POST /rooms/{room}/silence", HOSTS, {"seconds": "1"}),
    form("POST /rooms/{room}/links", HOSTS, {"label": "OBS"}, ok=200),
    form("POST /rooms/{room}/links/{token}/revoke", NOBODY, no=404),  # somebody else's
    form("POST /rooms/{room}/keeping/apply", STREAMER, HIDE),
    form("POST /rooms/{room}/keeping/moderators", STREAMER, HIDE | {"login": "{author}"}),
    form("POST /rooms/{room}/keeping/moderators/{grant}/remove", STREAMER),
    form("POST /rooms/{room}/keeping/invitations/{invitation}/withdraw", STREAMER),
    form("POST /rooms/{room}/keeping/reports/{report}", KEEPERS, {"finding": "upheld"}),
    form("POST /rooms/{room}/keeping/mutes/{mute}/undo", KEEPERS),
    form("POST /names/{name}/approve", STAFF),
    form("POST /names/{name}/reject", STAFF),
    form("POST /names/take-away", STAFF, {"surface": "name", "login": "{author}"}),
    form("POST /editor/rules", DRAFTERS, {"text": "no rule file"}, ok=400),
    form("POST /training", STAFF, {"version": "1", "q0": "0"}, ok=404),  # none is issued
    form("POST /training/questions", CHIEF, {"text": "no questions"}, ok=400),
    form("POST /roster/duty", STAFF, {"on": "true"}),
    form("POST /rechecks/{nothing}", STAFF, {"violates": "true"}, ok=404),
    form("POST /editor/rules/try", DRAFTERS, {"text": "a sentence"}, ok=200),
    form("POST /editor/rules/{nothing}/preview", DRAFTERS, ok=404, is_alone=True),
    form("POST /editor/rules/{nothing}/{stage}", ASSESSORS, ok=404),
    form("POST /editor/urgent-rules", ASSESSORS, {"text": "zq{new}", "why": "urgent"}),
    form("POST /editor/urgent-rules/{nothing}/adopt", ASSESSORS, ok=404),
    form("POST /editor/urgent-rules/{nothing}/end", ASSESSORS, ok=404),
    form("POST /editor/back-scans", CHIEF, {"draft": "{nothing}"} | SCAN, ok=404),
    form("POST /editor/back-scans/{nothing}/stop", CHIEF, ok=404),
    form("POST /editor/back-scans/{nothing}/undo", CHIEF, ok=404),
    form("POST /filings/assessments", DRAFTERS, {"feature": "likes"}),
    form("POST /filings/reports", DRAFTERS, {"first": "2020-01-01", "last": "2020-01-01"}),
    form("POST /filings/years", DRAFTERS, {"year": "2020"}),
    form("POST /filings/vulnerabilities", DRAFTERS, {"title": "a", "risk": "low"}),
    form("POST /filings/{weakness}/revise", DRAFTERS,
        {"revision": "#{weakness}", "section": "summary", "text": "more"}),
    form("POST /filings/{weakness}/turn", DRAFTERS, {"state": "ready", "revision": "#{weakness}"}),
    form("POST /filings/{ready}/turn", CHIEF, {"state": "approved", "revision": "#{ready}"}),
    form("POST /filings/{weakness}/mend", DRAFTERS, {"remedy": "mended"}),
    form("POST /controls", CHIEF, {"room": "{room}", "mode": "closed", "minutes": "1"}),
    form("POST /load", OPERATOR, {"level": "0"}),
    form("POST /load/let-go", OPERATOR),
    form("POST /controls/lift", CHIEF, {"room": "{controlled}"}),
    form("POST /orders", CHIEF,
        {"reference": "no. 1", "act": "every", "room": "{room}", "minutes": "1"}),
    form("POST /orders/{order}/lift", CHIEF, {"reason": "over"}),
    form("POST /patrol/{room}/{number}/recall", KEEPERS),
    form("POST /patrol/{room}/{number}/fine", STAFF, ok=409),  # it was not drawn
    form("POST /patrol/{room}/{number}/violates", STAFF, ok=409),
    form("POST /patrol/{room}/review", STAFF),
    form("POST /bulk/preview", STAFF, {"room": "{nothing}"} | FLOOD, ok=404),
    form("POST /bulk/{nothing}/execute", STAFF, ok=404),
    form("POST /bulk/{nothing}/stop", STAFF, ok=404),
    form("POST /bulk/{nothing}/undo", STAFF, ok=404),
    form("POST /inspect/bundle", INSPECTOR, {"first": "2026-01-01", "last": "2026-01-01"}, ok=200),
    form("POST /measures", STAFF, TAKEN | {"step": "suspend", "login": "{author}"}),
    form("POST /measures", CHIEF, TAKEN | {"step": "close", "login": "{author}"}),
    form("POST /measures/{suspension}/reverse", STAFF),
    form("POST /measures/grants/{grant}/narrow", ASSESSORS, {"room": "{room}"}),
    form(
        "POST /disclosures",
        ASKERS,
        {"login": "{author}", "purpose": "inquiry", "basis": "law"},
    ),
    form("POST /disclosures/{disclosure}/agree", CHIEF),
    form("POST /disclosures/{own_disclosure}/read", ASKERS, ok=200),
    form("POST /legal-holds", CHIEF, {"basis": "order 1", "login": "{author}"}),
    form("POST /webhooks", ASSESSORS, {"url": "https://127.0.0.1/"}, ok=400),
    form("POST /webhooks/{nothing}/pause", ASSESSORS, ok=404),
    form("POST /webhooks/{nothing}/resume", ASSESSORS, ok=404),
    form("POST /webhooks/{nothing}/remove", ASSESSORS, ok=404),
    form("POST /webhooks/{nothing}/rotate", ASSESSORS, ok=404),
    form("POST /webhooks/{nothing}/test", ASSESSORS, ok=404),
    form("POST /webhooks/{nothing}/replay", ASSESSORS, {"since": "2026-03-01"}, ok=404),
    form("POST /legal-holds/{legal_hold}/lift", CHIEF, {"why": "over"}),
    form("POST /invitations/{invitation}", NOBODY, {"reply": "accept"}, no=404),
    form("POST /applications/{application}", ASSESSORS, HIDE | {"decision": "grant", "days": "1"}),
    form("POST /review/{room}/{origin}/approve", KEEPERS),
    form("POST /review/{room}/{origin}/reject", KEEPERS),
    form("POST /review/next", STAFF),
    form("POST /review/decide", STAFF, {"cases": "{case}", "outcome": "upheld"}, ok=200),
    form("POST /review/cases/{case}/claim", STAFF),
    form("POST /review/cases/{claimed}/release", STAFF),
    form("POST /review/cases/{claimed}/escalate", STAFF),
    form("POST /review/cases/{claimed}/merge", STAFF, {"into": "{case}"}),
    form("POST /review/cases/{claimed}/decide", STAFF, {"outcome": "upheld"}),
    form("POST /review/cases/{claimed}/provisional", STAFF, {"basis": "rule 3"}),
    form("POST /review/care", PERSONS),
    form("POST /rooms/{room}/comments/{number}/like", SPEAKERS, {"stands": "true"}),
    form("POST /review/{room}/clusters/{cluster}/approve", KEEPERS),
    form("POST /review/{room}/clusters/{cluster}/reject", KEEPERS),
    form("POST /report", ANYBODY, {"room": "{room}", "category": "other"}, ok=200),
    form("POST /complain", ANYBODY,
        {"room": "{room}", "category": "privacy", "text": "my address"}, ok=200),
    form("POST /receipts", ANYBODY, {"receipt": "{receipt}"}),
    form("POST /receipts/{receipt}/withdraw", ANYBODY),  # whoever has it
    form("POST /sign-in", ANYBODY, {"name": "{member}", "password": PASSWORD}),
    form("POST /register", ANYBODY,
        {"name": "{new}", "display_name": "{new}", "password": PASSWORD}),
    form("POST /sign-out", ANYBODY),
    form("POST /language", ANYBODY, {"lang": "en"}),
    form("POST /reset/{reset}", ANYBODY, {"password": PASSWORD}, ok=200),
    form("POST /account/password", NOBODY, {"old": "wrong", "new": PASSWORD}, no=401),
    form("POST /account/tokens", SPEAKERS, {"label": "a player"}, ok=200),
    form("POST /account/tokens/{token}/revoke", NOBODY, no=404),  # somebody else's
    form("POST /account/identity/phone", NOBODY, {"phone": "13800138000"}, no=404),  # no service
    form("POST /account/identity/code", NOBODY, {"code": "123456"}),
    form("POST /account/identity/document", NOBODY, no=404),
    form("POST /account/identity/sandbox", NOBODY, no=404),
    form("POST /account/sessions/{session}/end", NOBODY, no=404),  # somebody else's
    form("POST /account/sign-out-everywhere", PERSONS),
    form("POST /accept", PERSONS, {"kind": "terms", "version": "1"}),
    form("POST /documents/withdraw", NOBODY, {"kind": "terms"}, no=404),  # none was accepted
    form("POST /me/leave", NOBODY, {"login": "another"}, no=400),
    form("POST /me/name", SPEAKERS, {"name": "{new}"}),
    form("POST /me/appeal", NOBODY, {"measure_id": "{warning}", "text": "Not me"}, no=404),
    form("POST /me/warnings", NOBODY, {"measure_id": "{warning}"}, no=404),  # somebody else's
    form("GET /me/export", PERSONS, ok=200, guest=303),
]  # fmt: skip
READS = [
    Row("GET /api/rooms/{room}/words", HOSTS),
    Row("GET /api/rooms/{room}/moderators", STREAMER),
    Row("GET /api/rooms/{room}/reports", KEEPERS),
    Row("GET /api/rooms/{room}/duty", KEEPERS),
    Row("GET /api/rooms/{room}/held", KEEPERS),
    Row("GET /api/rooms/{room}/own", PERSONS | {"elsewhere"}),
    Row("GET /api/rooms/{room}/application", PERSONS | {"elsewhere"}),
    Row("GET /api/rooms/{room}/clusters/{cluster}", KEEPERS),
    Row("GET /api/held", KEEPERS | {"neighbour"}),
    Row("GET /api/applications", ASSESSORS),
    Row("GET /api/disclosures", ASKERS),
    Row("GET /api/legal-holds", ASKERS),
    Row("GET /api/duties", ASKERS | OPERATOR),
    Row("GET /api/reports", STAFF | {"inspector"}),
    Row("GET /api/rules", DRAFTERS),
    Row("GET /api/rules/active", DRAFTERS),
    Row("GET /api/rules/shadow", DRAFTERS),
    Row("GET /api/urgent-rules", DRAFTERS),
    Row("GET /api/filings", DRAFTERS | INSPECTOR),
    Row("GET /api/filings.csv", DRAFTERS | INSPECTOR),
    Row("GET /api/filings/{weakness}", DRAFTERS | INSPECTOR),
    Row("GET /api/filings/{weakness}/document", DRAFTERS | INSPECTOR),
    Row("GET /api/orders", STAFF | INSPECTOR),
    Row("GET /api/back-scans", DRAFTERS),
    Row("GET /api/bulk-recalls", STAFF),
    Row("GET /api/patrol", STAFF),
    Row("GET /api/inspection/figures", INSPECTOR),
    Row("GET /api/cases", STAFF | {"inspector"}),
    Row("GET /api/cases/{case}", STAFF | {"inspector"}),
    Row("GET /api/handling.jsonl", CHIEF | {"inspector"}),
    Row("GET /api/handling.csv", CHIEF | {"inspector"}),
    Row("GET /api/cases/{case}/context", STAFF | {"inspector"}),
    Row("GET /api/cases.csv", STAFF | {"inspector"}),
    Row("GET /api/training", STAFF, ok=404),
    Row("GET /api/roster", STAFF | {"inspector"}),
    Row("GET /api/roster.csv", STAFF | {"inspector"}),
    Row("GET /api/roster/oddities", CHIEF | {"inspector"}),
    Row("GET /api/rechecks", STAFF),
    Row("GET /api/rechecks/agreement", CHIEF | {"inspector"}),
    Row("GET /api/receipts/{receipt}", ANYBODY),
    Row("GET /api/me/filed", PERSONS | {"elsewhere"}),
    Row("GET /api/measures", STAFF | {"inspector"}),
    Row("GET /api/measures?room={room}", KEEPERS | {"inspector"}),
    Row("GET /api/measures/{suspension}/evidence", STAFF | {"inspector"}),
    Row("GET /api/me", PERSONS | {"elsewhere"}),
    Row("GET /api/me/credit", PERSONS),
    Row("GET /api/me/name", PERSONS | {"elsewhere"}),
    Row("GET /api/rooms/{room}/names", HOSTS),
    Row("GET /api/names", STAFF),
    Row("GET /api/me/measures", PERSONS | {"elsewhere"}),
    Row("GET /api/me/invitations", PERSONS | {"elsewhere"}),
    Row("GET /api/tokens", PERSONS),
    Row("GET /helix/moderation/banned?broadcaster_id={room}", KEEPERS),
    Row("GET /helix/moderation/moderators?broadcaster_id={room}", STREAMER),
    Row("GET /helix/moderation/blocked_terms?broadcaster_id={room}", HOSTS),
    Row("GET /helix/chat/settings?broadcaster_id={room}", PERSONS | {"elsewhere"}),
    Row("GET /helix/users?login={author}", PERSONS | {"elsewhere"}),
]

OUTSIDE = {  # as `SOCKET`, in the protocol of others; a refusal is told by the house's word
    "subscribe": ANYBODY,
    "publish": SPEAKERS,
    "history": ANYBODY,
    "presence_stats": ANYBODY,
    "unsubscribe": ANYBODY,
}

SOCKET = {  # message: what those hear who may, and who they are; the others hear a refusal
    "hello": ("welcome", ANYBODY),
    "ping": ("pong", ANYBODY),
    "send": ("published", SPEAKERS),
    "recall": ("recalled", KEEPERS),
    "like": ("liked", SPEAKERS),
}


# --- the house, and one case of the table


class Case:
    """One role before one call, in a room of its own with people of its own.

    So no answer depends on another. What the call's {names} stand for is made when it is asked.
    """

    def __init__(self, site: Site, role: str, ids: count) -> None:
        self._site, self._core = site, site.core
        self._role = role
        self._ids = ids
        self._made: dict[str, object] = {}
        self._people: dict[str, Standing] = {}

    async def begin(self) -> None:
        """The room, who keeps it, and whoever plays the role."""
        self.room = RoomId(f"r{next(self._ids)}")
        owner = await self._with("streamer")
        await self._core.rooms.open(None, self.room, RoomState(title="A room"), owner=owner.account)
        self.who = None if self._role == "guest" else await self._played()

    async def _played(self) -> Standing:
        if self._role == "moderator":
            return await self._moderator()
        if self._role not in self._people:
            bundles = PLATFORM_ROLES[self._role]
            await self._with(self._role, *((bundle, None) for bundle in bundles))
        who = await self._known(self._role)
        if self._role == "neighbour":
            other, state = RoomId(f"r{next(self._ids)}"), RoomState(title="Another room")
            await self._core.rooms.open(None, other, state, owner=who.account)
        if self._role == "left":
            await self._core.offices.privacy.leaving.close(who, login=who.login)
        return await self._known(self._role)

    async def _moderator(self) -> Standing:
        if "moderator" in self._people:
            return await self._known("moderator")
        return await self._with("moderator", (Bundle.MODERATOR, self.room))

    async def _with(self, role: str, *grants: tuple[Bundle, RoomId | None]) -> Standing:
        login = f"p{next(self._ids)}"
        who = self._people[role] = await self._core.people.add(login, login, None)
        given = [PowerGrant(new_id(), bundle, room, None) for bundle, room in grants]
        facts = [Append(PLATFORM, PowersGranted(grant, who.account, None)) for grant in given]
        if facts:
            await self._core.record.commit(*facts)
        return await self._known(role)

    async def _staff(self, bundle: Bundle) -> Standing:
        """Somebody other than who plays the role, who has decided before."""
        name = f"another {bundle}"
        return await (
            self._known(name) if name in self._people else self._with(name, (bundle, None))
        )

    async def _known(self, role: str) -> Standing:
        return await self._core.people.standings.freshen(self._people[role])

    async def filled(self, template: object) -> object:
        """The template with a real thing for each name; `#{name}` gives a number."""
        if isinstance(template, dict):
            return {key: await self.filled(value) for key, value in template.items()}
        if not isinstance(template, str):
            return template
        names = [name for _, name, _, _ in Formatter().parse(template) if name]
        values = {name: await self._thing(name) for name in names}
        text = template.lstrip("#").format(**values)
        return int(text) if template.startswith("#") else text

    async def _thing(self, name: str) -> object:
        if name not in self._made:
            self._made[name] = await getattr(self, f"_{name}")()
        return self._made[name]

    async def _room(self) -> str:
        return self.room

    async def _room_number(self) -> int:
        return (await self._core.store.room(self.room)).number

    async def _new(self) -> str:
        return f"n{next(self._ids)}"

    async def _nothing(self) -> int:
        return 999_999_999

    async def _stage(self) -> str:
        return RuleStage.SHADOW.value

    async def _kind(self) -> str:
        return DocumentKind.TERMS.value

    async def _cluster(self) -> str:
        """Of one comment, as the filter would have held it among many."""
        name, author = "cluster-1", await self._standing()
        verdict = Verdict("1", "pass", None, 1, (Hit(name, "flood", "hold", 0, 1),))
        content = Content("so cheap", Style(), 0, author.name)
        client = ClientId(f"c{next(self._ids)}")
        held = CommentHeld(author.account, client, Millis(1), content, verdict, "flood")
        await self._core.record.commit(Append(self.room, held))
        return name

    async def _feature(self) -> str:
        return Feature.LIKES.value

    async def _author(self) -> str:
        login = f"a{next(self._ids)}"
        await self._core.people.add(login, login, None)
        return login

    async def _member(self) -> str:
        login = f"m{next(self._ids)}"
        await self._core.people.add(login, login, PASSWORD)
        return login

    async def _standing(self):
        return await self._core.people.known(await self._thing("author"))

    async def _said(self, text: str):
        draft = Draft(ClientId(f"c{next(self._ids)}"), text)
        return await self._core.comments.post(await self._standing(), self.room, draft)

    async def _number(self) -> int:
        return (await self._said(f"words {next(self._ids)}")).comment.number

    async def _origin(self) -> int:
        return (await self._said(f"{HELD_TEXT} {next(self._ids)}")).seq

    async def _legal_hold(self) -> str:
        draft = HoldDraft("order 1", await self._thing("author"))
        return (await self._core.offices.legal_holds.lay(None, draft)).hold_id

    async def _hidden(self) -> int:
        return await self._recalled(await self._moderator())

    async def _deleted(self) -> int:
        return await self._recalled(await self._staff(Bundle.CHIEF_EDITOR))

    async def _recalled(self, by: Standing) -> int:
        number = await self._number()
        await self._core.comments.recall(by, self.room, number)
        return number

    async def _report(self) -> int:
        draft = ReportDraft("other", self.room, await self._number())
        source = f"address {next(self._ids)}"
        await self._core.moderation.report(None, draft, source=source)
        [row] = await self._core.offices.keeping.reports.of_room(await self._moderator(), self.room)
        return row.row.seq

    async def _receipt(self) -> str:
        draft = ReportDraft("fraud", self.room, await self._number())
        source = f"address {next(self._ids)}"
        return (await self._core.moderation.report(None, draft, source=source)).receipt

    async def _case(self) -> str:
        filed = await self._core.store.filed(await self._receipt())
        return filed.case.case_id

    async def _claimed(self) -> str:
        """By who plays the role, if they may."""
        case_id = await self._case()
        if self.who is not None and Power.CASE_DECIDE in self.who.powers(None, Millis(0)):
            await self._core.offices.casework.cases.claim(self.who, case_id)
        return case_id

    async def _application(self) -> str:
        proposal = await self._core.offices.keeping.self_management.apply(
            await self._known("streamer"), self.room, {Power.COMMENT_RECALL}
        )
        return proposal.proposal_id

    async def _invitation(self) -> str:
        proposal = await self._core.offices.keeping.moderators.invite(
            await self._known("streamer"),
            self.room,
            await self._thing("author"),
            {Power.COMMENT_RECALL},
        )
        return proposal.proposal_id

    async def _grant(self) -> str:
        offer = await self._invitation()
        moderators = self._core.offices.keeping.moderators
        return (await moderators.accept(await self._standing(), offer)).grant_id

    async def _taken(self, step: Step) -> str:
        draft = MeasureDraft(step, "other", "rule 3", login=await self._thing("author"))
        chief = await self._staff(Bundle.CHIEF_EDITOR)
        return (await self._core.offices.measures.take(chief, draft)).measure_id

    async def _suspension(self) -> str:
        return await self._taken(Step.SUSPEND)

    async def _suspended(self) -> str:
        await self._suspension()
        return await self._thing("author")

    async def _closure(self) -> str:
        return await self._taken(Step.CLOSE)

    async def _warning(self) -> str:
        return await self._taken(Step.WARN)

    async def _mute(self) -> str:
        measure = await self._core.offices.keeping.mutes.mute(
            await self._moderator(), self.room, await self._number(), Term.SESSION
        )
        return measure.measure_id

    async def _public_id(self) -> str:
        await self._number()
        return await self._core.store.pseudonym(self.room, (await self._standing()).account)

    async def _muted(self) -> str:
        author = await self._public_id()
        await self._mute()
        return author

    async def _own_login(self) -> str:
        return "nobody" if self.who is None else self.who.login

    async def _platform_mute(self) -> str:
        chief = await self._staff(Bundle.CHIEF_EDITOR)
        measure = await self._core.offices.keeping.mutes.mute(
            chief, self.room, await self._number(), Term.SESSION
        )
        return measure.measure_id

    async def _name(self) -> int:
        who = await self._standing()
        await self._core.offices.names.rename(who, f"Officia1 Admin {next(self._ids)}")
        return (await self._core.offices.names.own(who)).seq

    async def _weakness(self) -> int:
        filings, title = self._core.filing.filings, f"Weakness {next(self._ids)}"
        return await filings.register_weakness(None, title, Risk.LOW, "")

    async def _ready(self) -> int:
        filing = await self._weakness()
        turn = Turn(FilingState.READY, filing)
        await self._core.filing.filings.turn(await self._staff(Bundle.REVIEWER), filing, turn)
        return filing

    async def _order(self) -> str:
        draft = OrderDraft("no. 1", OrderAct.EVERY, room=self.room, lasts_ms=60_000)
        return await self._core.filing.orders.enter(await self._staff(Bundle.CHIEF_EDITOR), draft)

    async def _controlled(self) -> str:
        await self._core.offices.controls.set(
            None, scope=self.room, mode=ReviewMode.EVERY, lasts_ms=60_000, reason="order"
        )
        return self.room

    async def _disclosure(self) -> str:
        return await self._asked(await self._staff(Bundle.INSPECTOR))

    async def _own_disclosure(self) -> str:
        may_ask = self.who is not None and Power.IDENTITY_ASK in self.who.powers(None, Millis(0))
        asker = self.who if may_ask else await self._staff(Bundle.INSPECTOR)
        request = await self._asked(asker)
        chief = await self._staff(Bundle.CHIEF_EDITOR)
        await self._core.proofs.disclosures.agree(chief, request)
        return request

    async def _asked(self, asker: Standing) -> str:
        login = await self._thing("author")
        request = await self._core.proofs.disclosures.ask(asker, login, "inquiry", "law 1")
        return request.request_id

    async def _token(self) -> str:
        who = await self._standing()
        return (await self._core.people.issue_token(who, "x", expires_ms=None, room=None))[0]

    async def _session(self) -> str:
        who = await self._standing()
        await self._core.people.sessions.open(who.account)
        [row] = await self._core.people.sessions.own(who)
        return row.session_id

    async def _reset(self) -> str:
        return await self._core.people.open_reset(await self._thing("author"))

    # --- asking

    async def by_program(self, row: Row) -> int:
        """By the role's token; by its session, as our own pages do, where all tokens are void."""
        if self._role == "left":
            headers = {"Cookie": await self._cookie(), "Origin": f"http://{self._site.address}"}
        else:
            token = await self.token()
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        if row.path.endswith("/import"):
            headers["Content-Type"] = "application/x-ndjson"
        is_form = row.path == "/msg/send"
        body = await self.filled(row.body)
        content = {"data": body} if is_form else {"json": body}
        return await self._answer_to(row, headers, **content)

    async def by_form(self, row: Row) -> int:
        cookie, body = await self._cookie(), await self.filled(row.body or {})
        fields = {"data": body | {"csrf": form_token_of(cookie.partition("=")[2])}}
        answer = self._answer_to(row, {"Cookie": cookie}, **fields if row.method == "POST" else {})
        return await answer

    async def _cookie(self) -> str:
        if self.who is None:
            return f"danmaku-guest={GUEST_COOKIE}"
        return f"danmaku={await self._core.people.sessions.open(self.who.account)}"

    async def token(self) -> str | None:
        """A token of the role; None: it has none."""
        if self.who is None:
            return None
        room = None
        if self._role == "elsewhere":
            room = RoomId(f"r{next(self._ids)}")
            await self._core.rooms.open(None, room, RoomState(title="Elsewhere"), owner=None)
        issued = self._core.people.issue_token(self.who, "test", expires_ms=None, room=room)
        return (await issued)[1]

    async def _answer_to(self, row: Row, headers: dict[str, str], **content: object) -> int:
        path = await self.filled(row.path)
        asked = httpx.AsyncClient(
            base_url=self._site.api.base_url, trust_env=False, timeout=PATIENCE_S, headers=headers
        )
        async with asked as client:
            answer = await client.request(row.method, path, **content)
        if row.path.endswith("/v3/") and (reason := answer.json().get("reason")):
            return ANSWERS[Code(reason)].http_status  # a player is told so with 200
        if row.path == "/msg/send" and answer.json()["code"]:
            return ANSWERS[Code(answer.json()["message"])].http_status  # and so is this one
        if row.path == "/helix/chat/messages" and answer.status_code == 200:
            return status_of_sent(answer.json()["data"][0])
        return answer.status_code

    async def door(self) -> Door:
        """Of the room's socket."""
        return Door(self._site.address, self.room, token=await self.token())


def status_of_sent(told):
    """What our own door answers where Helix has dropped a message."""
    why = told["drop_reason"]
    return 200 if why is None else ANSWERS[Code(why["code"])].http_status


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory):
    async with running(settings_of(tmp_path_factory.mktemp("permissions"))) as site:
        terms = Edition(DocumentKind.TERMS, 1, Millis(0), is_mandatory=False)
        words = Words("条款", "Terms", "文。", "Text.")
        await site.core.offices.documents.issue(None, Document(terms, words))
        for fact in (
            FeatureAssessed(Feature.LIKES, is_approved=True, reference="no. 1", actor=None),
            FeatureSwitched(Feature.LIKES, is_on=True, actor=None),
        ):
            await site.core.record.commit(Append(PLATFORM, fact))
        yield site


IDS = count(1000)


async def answers_of(
    site: Site, roles: Sequence[str], ask: Callable, *, is_alone: bool = False
) -> dict[str, object]:
    async def answer(role):
        case = Case(site, role, IDS)
        await case.begin()
        return await ask(case)

    if is_alone:
        return {role: await answer(role) for role in roles}
    return dict(zip(roles, await asyncio.gather(*map(answer, roles)), strict=True))


def named(rows):
    return [f"{number} {row.call}" for number, row in enumerate(rows)]


@pytest.mark.parametrize("row", API + READS, ids=named(API + READS))
async def test_each_role_gets_of_the_api_what_the_table_says(site, row):
    answers = await answers_of(
        site, ROLES, lambda case: case.by_program(row), is_alone=row.is_alone
    )

    assert answers == {role: row.expected(role) for role in ROLES}


@pytest.mark.parametrize("row", PAGES, ids=named(PAGES))
async def test_each_role_gets_of_the_pages_what_the_table_says(site, row):
    roles = tuple(role for role in ROLES if role != "elsewhere")  # pages know no tokens
    ask = answers_of(site, roles, lambda case: case.by_form(row), is_alone=row.is_alone)
    answers = await ask

    assert answers == {role: row.expected(role) for role in roles}


@pytest.mark.parametrize("message", SOCKET)
async def test_each_role_gets_of_the_socket_what_the_table_says(site, message):
    yes, may = SOCKET[message]

    async def ask(case):
        number = await case._thing("number")
        viewer = await Viewer.join(await case.door())
        try:
            return await heard(viewer, message, number)
        finally:
            await viewer.leave()

    roles = [role for role in ROLES if role != "left"]  # whose token is void
    answers = await answers_of(site, roles, ask)

    refused = dict.fromkeys(roles, "not_granted") | {"guest": "not_signed_in"}
    assert answers == {role: yes if role in may else refused[role] for role in roles}


@pytest.mark.parametrize("command", OUTSIDE)
async def test_each_role_gets_of_sockets_of_others_what_the_table_says(site, command):
    async def ask(case):
        url = f"ws://{site.address}/connection/websocket"
        async with connect(url, proxy=None) as socket:
            answer = await answered(socket, 1, connect={"token": await case.token() or ""})
            assert answer["connect"]["client"]
            said = {"data": {"text": "hello everybody"}} if command == "publish" else {}
            asked = {command: {"channel": f"room:{case.room}"} | said}
            answer = await answered(socket, 2, **asked)
            return answer["error"]["message"] if "error" in answer else "yes"

    roles = [role for role in ROLES if role != "left"]  # whose token is void
    answers = await answers_of(site, roles, ask)

    refused = dict.fromkeys(roles, "not_granted") | {"guest": "not_signed_in"}
    may = OUTSIDE[command]
    assert answers == {role: "yes" if role in may else refused[role] for role in roles}


async def answered(socket, number, **command):
    """The answer to one command of Centrifugo's protocol; what else comes is passed over."""
    await socket.send(json.dumps({"id": number} | command))
    while True:
        for line in (await socket.recv()).splitlines():
            if (told := json.loads(line)).get("id") == number:
                return told


async def heard(viewer, message, number):
    match message:
        case "hello":
            return viewer.welcome["op"]
        case "ping":
            await viewer.say({"op": "ping"})
            await viewer.until(lambda: any(said["op"] == "pong" for said in viewer.others))
            return "pong"
        case "send":
            answer = await viewer.send("hello everybody")
        case "like":
            answer = await viewer.like(number)
        case _:
            answer = await viewer.recall(number)
    return answer.get("code") or answer["op"]


# --- the table is whole


def shape_of(path):
    return re.sub(r"\{[^}]*\}", "{}", path.partition("?")[0])


def routes_of(app):
    for route in app.routes:
        router = getattr(route, "original_router", None)
        yield from [route] if router is None else routes_of(router)


async def test_every_route_that_writes_has_its_row(site):
    app = create_app(site.server._house)
    routes = {
        (method, shape_of(route.path))
        for route in routes_of(app)
        for method in getattr(route, "methods", None) or ()
        if method not in {"GET", "HEAD", "OPTIONS"}
    }
    rows = {(row.method, shape_of(row.path)) for row in API + PAGES if row.method != "GET"}

    assert len(routes) > 60
    assert routes == rows


async def test_every_command_of_sockets_of_others_has_its_row():
    asked = {snake(kind.__name__) for kind in get_args(Request)}

    assert asked == {"connect"} | set(OUTSIDE)


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


async def test_every_message_of_a_socket_has_its_row():
    assert {kind.__struct_config__.tag for kind in get_args(Message)} == set(SOCKET)
