"""Facts that say little, for tests that care about the record and not about what is in it."""

from danmaku.domain.account import Bundle, Power, PowerGrant
from danmaku.domain.brownout import LevelForced
from danmaku.domain.cases import CaseKind, CaseOutcome
from danmaku.domain.comment import Content, RecalledBy, Style
from danmaku.domain.controls import Control
from danmaku.domain.documents import DocumentKind, Edition, Words
from danmaku.domain.endpoints import EndpointSet, EndpointState, EventType
from danmaku.domain.facts import (
    AccountRegistered,
    CommentHeld,
    CommentLiked,
    CommentPublished,
    CommentRecalled,
    CommentRefused,
    CommentRestored,
    NameJudged,
    PowersGranted,
    PowersRevoked,
    ReportFiled,
    RoomOpened,
    RoomWordsSet,
    TokenIssued,
    Verdict,
)
from danmaku.domain.features import Feature, FeatureAssessed, FeatureSwitched
from danmaku.domain.filing_facts import (
    FilingBegun,
    FilingKind,
    FilingRevised,
    FilingState,
    FilingTurned,
    Line,
    OrderAct,
    OrderEnded,
    OrderEntered,
    Risk,
    Section,
    WeaknessMended,
)
from danmaku.domain.identity import Strength
from danmaku.domain.ids import PLATFORM, AccountId, ClientId, Millis, Number, RoomId, Seq
from danmaku.domain.inspection import BundleMade, CaseTimed, Made, Period, RecordViewed
from danmaku.domain.keeping import Finding, Outcome, Proposal
from danmaku.domain.keeping_facts import PowersProposed, ProposalSettled, ReportAnswered
from danmaku.domain.legal_hold import LegalHoldLaid, LegalHoldLifted, Reach
from danmaku.domain.measures import Measure, Step
from danmaku.domain.naming import NameState, Surface
from danmaku.domain.people_facts import (
    AccountClosed,
    ConsentWithdrawn,
    ControlLifted,
    ControlSet,
    DisclosureAgreed,
    DisclosureAsked,
    DocumentAccepted,
    DocumentIssued,
    IdentityBarred,
    IdentityEnded,
    IdentityRead,
    IdentityVerified,
    LevelSet,
    MeasureReversed,
    MeasureTaken,
    MuteServed,
    WarningRead,
)
from danmaku.domain.room import ReviewMode, RoomState
from danmaku.domain.room_words import RoomWords
from danmaku.domain.rule_facts import (
    BackScanBegun,
    BackScanTurned,
    BulkRecallPlanned,
    RulesDrafted,
    RuleStage,
    RulesTurned,
    ScanPhase,
    Treatment,
    UrgentRule,
    UrgentRuleReached,
    UrgentRuleSet,
    UrgentRuleTurned,
)
from danmaku.domain.team_facts import (
    DutyBegun,
    DutyEnded,
    LotsDrawn,
    QuestionsIssued,
    RecheckDrawn,
    RecheckJudged,
    SpotChecked,
    TrainingTaken,
)
from danmaku.domain.training import Question
from danmaku.filter.rules import Action, Klass
from danmaku.ports import Append

DEMO = RoomId("demo")
ANN, BEN = AccountId(1), AccountId(2)
SECRET = "planted: nobody may see this"
VERDICT = Verdict(ruleset="1", action="pass", category=None, micros=7)


def in_demo(fact, **versions):
    return Append(DEMO, fact, **versions)


def on_platform(fact, **versions):
    return Append(PLATFORM, fact, **versions)


def content(text="hello", position_ms=1_000):
    return Content(text=text, style=Style(), position_ms=position_ms, name="Ann")


def opened(title="A room"):
    return RoomOpened(actor=None, owner=ANN, state=RoomState(title=title))


def words_set(*words, action=Action.HOLD):
    return RoomWordsSet(actor=ANN, words=RoomWords(words, action))


def _judged(client_id, author, text, position_ms, at_ms=5):
    return {
        "author": author,
        "client_id": ClientId(client_id),
        "at_ms": Millis(at_ms),
        "content": content(text, position_ms),
        "verdict": VERDICT,
    }


def published(client_id="c1", *, author=ANN, text="hello", position_ms=1_000, origin=None):
    judged = _judged(client_id, author, text, position_ms)
    return CommentPublished(actor=author, origin=origin, late=origin is not None, **judged)


def held(client_id="c1", *, author=ANN, text=SECRET, position_ms=1_000):
    return CommentHeld(category="abuse", **_judged(client_id, author, text, position_ms))


def refused(client_id="c1", *, author=ANN, text=SECRET, position_ms=1_000, origin=None):
    judged = _judged(client_id, author, text, position_ms)
    return CommentRefused(actor=None, category="abuse", origin=origin, **judged)


def recalled(number=1, *, actor=ANN, by=RecalledBy.AUTHOR, category=None):
    return CommentRecalled(actor=actor, number=Number(number), by=by, category=category)


def restored(number=1, *, actor=ANN):
    return CommentRestored(actor=actor, number=Number(number))


def liked(number=1, *, actor=BEN, stands=True):
    return CommentLiked(actor, Number(number), stands)


def registered(login="Ann"):
    return AccountRegistered(login=login, name=login, password_hash=f"hash of {login}")


def granted(grant_id="g1", *, holder=ANN, bundle=Bundle.VIEWER, room=None, until_ms=None):
    return PowersGranted(PowerGrant(grant_id, bundle, room, until_ms), holder, actor=None)


def issued(name="t1", *, account=ANN, digest=b"digest", expires_ms=None, room=None):
    return TokenIssued(account, "my phone", digest, expires_ms, name, room)


def reported(receipt="r1", *, reporter=None, text="this is wrong"):
    return ReportFiled(receipt, reporter, DEMO, Number(1), "abuse", text, contact="a@b.example")


def filed_report(receipt="r1", *, number=1, reporter=None, category="spam", kept_until_ms=None):
    return ReportFiled(
        receipt, reporter, DEMO, Number(number), category, SECRET, "a@b.example", kept_until_ms
    )


def measure(measure_id="m1", step=Step.SUSPEND, *, until_ms=None, room=None, **more):
    return Measure(measure_id, step, "spam", "rule 3", Millis(0), until_ms, room, **more)


def taken(one=None, *, account=BEN, note=SECRET):
    return MeasureTaken(one or measure(), account, ANN, second=None, note=note)


def document_issued(kind=DocumentKind.AGREEMENT, version=1, *, effective_ms=0):
    edition = Edition(kind, version, Millis(effective_ms), is_mandatory=True)
    return DocumentIssued(edition, Words("协议", "Agreement", "好。", "Fine."), ANN)


def verified(account=BEN, *, until_ms=None):
    return IdentityVerified(account, "sandbox", Strength.PHONE, until_ms)


def named(
    state=NameState.HELD, *, account=BEN, actor=None, decides=None, room=None, shown="user 3f9a"
):
    surface = Surface.NAME if room is None else Surface.TITLE
    return NameJudged(
        surface, state, account, SECRET, shown, VERDICT, "spam", room, actor, decides, SECRET
    )


def braked(scope=None, mode=ReviewMode.CLOSED, until_ms=9_000_000):
    return ControlSet(Control(scope, mode, Millis(until_ms)), ANN, SECRET)


KEEPING_FACTS = (
    PowersProposed(
        Proposal("p1", Bundle.STREAMER, DEMO, frozenset({Power.COMMENT_RECALL})), BEN, BEN, SECRET
    ),
    ProposalSettled("p1", BEN, ANN, Outcome.DECLINED, SECRET),
    PowersProposed(
        Proposal("p2", Bundle.MODERATOR, DEMO, frozenset({Power.ACCOUNT_MUTE}), Millis(9)), BEN, ANN
    ),
    PowersGranted(
        PowerGrant("part", Bundle.MODERATOR, DEMO, None, frozenset({Power.ACCOUNT_MUTE})), BEN, ANN
    ),
    PowersRevoked(BEN, "part", ANN, SECRET),
    ReportAnswered(Seq(7), ANN, Finding.UPHELD, SECRET),
)
"""What becomes of proposals and of the report at 7, in an order in which it can happen."""


URGENT = UrgentRule(
    SECRET, is_pattern=False, category="abuse", klass=Klass.ILLEGAL, action=Action.HOLD
)
RULE_FACTS = (
    RulesDrafted("v1", 3, ANN, SECRET, SECRET),
    RulesTurned(Seq(1), RuleStage.SHADOW, ANN, SECRET),
    RulesTurned(Seq(1), RuleStage.RETIRED, None),
    UrgentRuleSet(Millis(9), 2, ANN, URGENT, SECRET),
    UrgentRuleReached(Seq(4), "n1"),
    UrgentRuleTurned(Seq(4), None, ANN, SECRET),
    BackScanBegun(
        "v1", Treatment.HOLD, None, None, Millis(9), 10, 2, ANN, Seq(1), secret=SECRET, why=SECRET
    ),
    BackScanTurned(Seq(7), ScanPhase.RUNNING, 4, 1, DEMO, Seq(5)),
    BulkRecallPlanned(
        "flood",
        Millis(9),
        2,
        ANN,
        BEN,
        "words",
        "v1",
        DEMO,
        Millis(3),
        {DEMO: Seq(5)},
        SECRET,
        "demo-1",
    ),
    BackScanTurned(Seq(9), ScanPhase.RUNNING, 0, 0, actor=ANN),
)
"""All that can be recorded of rules with a life."""


PEOPLE_BEFORE = (
    *(registered("Ann"), registered("Ben"), granted(), issued(), issued("t2", digest=b"2")),
    *(reported(), reported("r2")),
)
"""Seven entries that those of `PEOPLE_FACTS` count on: some name others by their place."""


PEOPLE_FACTS = (
    taken(),
    MeasureReversed("m1", BEN, ANN, SECRET),
    taken(measure("m2", Step.WARN)),
    WarningRead(BEN, "m2"),
    taken(measure("m3", Step.PAUSE_COMMENTS, until_ms=Millis(9), room=DEMO), account=None),
    document_issued(),
    DocumentAccepted(BEN, DocumentKind.AGREEMENT, 1),
    DocumentAccepted(ANN, DocumentKind.AGREEMENT, 1),
    ConsentWithdrawn(ANN, DocumentKind.AGREEMENT),
    verified(),
    verified(ANN),
    IdentityEnded(ANN, BEN, SECRET),
    DisclosureAsked(ANN, BEN, "r1", SECRET, "law 1"),
    DisclosureAgreed(ANN, BEN, "r1"),
    IdentityRead(ANN, BEN, SECRET, "law 1", ANN, "r1"),
    IdentityRead(BEN, BEN, SECRET, "law 1"),
    IdentityBarred("f1", BEN, "m1"),
    LevelSet(BEN, 2, 140, 1),
    LevelSet(BEN, 3, 190, 1),
    AccountClosed(ANN),
    braked(),
    braked(DEMO, ReviewMode.EVERY),
    ControlLifted(DEMO, ANN, SECRET),
    FeatureAssessed(Feature.LIKES, is_approved=False, reference="no. 1", actor=ANN),
    FeatureAssessed(Feature.LIKES, is_approved=True, reference="no. 2", actor=ANN),
    FeatureSwitched(Feature.LIKES, is_on=True, actor=None),
    LevelForced(3, Millis(9), ANN),
    LevelForced(None, None, None),
    *KEEPING_FACTS,
    taken(measure("m4", room=DEMO, is_once=True)),
    MuteServed(BEN, "m4"),
    *RULE_FACTS,
    RecordViewed(BEN, "/inspect"),
    CaseTimed(CaseKind.REPORT, CaseOutcome.UPHELD, "spam", Millis(5), 2),
    BundleMade(None, Period(Millis(0), Millis(9), DEMO), Made("ab" * 32, 7)),
)
_FILED = 8 + len(PEOPLE_FACTS)
SECTIONS = (Section("summary", (Line("title", SECRET),), SECRET),)
PEOPLE_FACTS += (
    FilingBegun(FilingKind.WEAKNESS, "w1", Millis(9), ANN, Risk.HIGH, SECTIONS),
    FilingRevised(Seq(_FILED), Seq(_FILED), BEN, SECTIONS),
    FilingTurned(
        Seq(_FILED), Seq(_FILED + 1), FilingState.READY, Seq(_FILED + 1), BEN, note=SECRET
    ),
    WeaknessMended(Seq(_FILED), Seq(_FILED + 2), BEN, remedy=SECRET),
    OrderEntered("o1", "2026-17", OrderAct.SUSPEND, ANN, account=BEN, measure_id="m1", text=SECRET),
    OrderEnded("o1", "2026-17", ANN, SECRET),
)
PEOPLE_FACTS += (
    LegalHoldLaid(
        "h1", BEN, Reach(DEMO, Seq(2), Millis(1), Millis(9)), is_told=True, actor=ANN, basis=SECRET
    ),
    LegalHoldLifted("h1", Seq(8 + len(PEOPLE_FACTS)), BEN, is_told=True, actor=None, why=SECRET),
    LegalHoldLaid(
        "h2", None, Reach(DEMO, to_ms=Millis(1)), is_told=False, actor=None, basis=SECRET
    ),
)
PEOPLE_FACTS += (
    named(),
    named(NameState.REFUSED, actor=ANN, decides=Seq(8 + len(PEOPLE_FACTS))),
    named(NameState.REFUSED),
    named(NameState.SHOWN, account=None, room=DEMO),
)
_DRAWN_AT = Seq(8 + len(PEOPLE_FACTS))
TEAM_FACTS = (
    RecheckDrawn(
        PLATFORM,
        Seq(3),
        Millis(5),
        BEN,
        DEMO,
        Seq(2),
        Number(1),
        "m1",
        violates=True,
        category="spam",
    ),
    RecheckDrawn(
        PLATFORM, Seq(4), Millis(5), BEN, DEMO, Seq(3), None, None, violates=False, category="spam"
    ),
    LotsDrawn(Seq(0), Millis(0), Seq(4), Millis(5)),
    SpotChecked(DEMO, Number(1), BEN, violates=True, category="spam", case_id="p.7"),
    RecheckJudged(_DRAWN_AT, ANN, violates=False, category="other"),
    QuestionsIssued(1, 80, ANN, (Question("spam", SECRET, "Asked", ("甲", "乙"), ("1", "2"), 0),)),
    TrainingTaken(BEN, 1, 4, 5, Millis(9)),
    TrainingTaken(BEN, 1, 3, 5),
    DutyBegun(BEN, Millis(9)),
    DutyBegun(ANN, Millis(9)),
    DutyEnded(ANN),
)
"""All that can be recorded of the staff's own work."""

PEOPLE_FACTS += TEAM_FACTS
PEOPLE_FACTS += (
    EndpointSet(
        "e1", EndpointState.ACTIVE, (EventType.COMMENT_HELD,), DEMO, ANN, url=SECRET, label=SECRET
    ),
    EndpointSet("e1", EndpointState.GONE, (EventType.COMMENT_HELD,), DEMO, None, SECRET, SECRET),
)
"""All that can be recorded of people, in an order in which it can happen."""


STATUSES = {
    "published": (published,),
    "held": (held,),
    "refused": (refused,),
    "recalled": (published, recalled),
}
"""How a comment of origin 2 comes to each status in a fresh room."""

TURNS = {
    "approve": lambda: published(origin=Seq(2)),
    "reject": lambda: refused(origin=Seq(2)),
    "recall": recalled,
    "restore": restored,
}
