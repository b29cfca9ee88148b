from dataclasses import replace

import pytest

from danmaku.domain.account import Bundle, PowerGrant, Standing
from danmaku.domain.case_facts import CaseDecided
from danmaku.domain.cases import Case, CaseKind, CaseOutcome, Desk, Subject, SubjectKind
from danmaku.domain.facts import Entry
from danmaku.domain.filing_facts import (
    FilingBegun,
    FilingKind,
    FilingRevised,
    FilingState,
    FilingTurned,
    Line,
    Risk,
    Section,
    WeaknessMended,
)
from danmaku.domain.filings import (
    HISTORY_MAX,
    RECEIPT_MAX,
    TEXT_MAX,
    FilingRow,
    Topic,
    Turn,
    after_measure,
    after_ruling,
    reference_of,
    revised,
    turned,
    words_of,
)
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.measures import Function, Measure, Step
from danmaku.domain.people_facts import MeasureTaken
from danmaku.domain.rulings import Ruling
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotSignedIn

NOW = Millis(1_000_000)
DEMO = RoomId("demo")
STATES = FilingState
SECTIONS = (Section(Topic.SUMMARY, (Line("category", "porn"),)), Section(Topic.EVIDENCE))


def person(account, *bundles):
    grants = tuple(PowerGrant(f"g{account}{b}", b, None, None) for b in bundles)
    return Standing(AccountId(account), f"p{account}", "P", Seq(1), grants)


ANN, REY = person(1), person(2, Bundle.REVIEWER)
EVE, EDA = person(3, Bundle.CHIEF_EDITOR), person(4, Bundle.CHIEF_EDITOR)


def entry(seq, fact):
    return Entry(PLATFORM, Seq(seq), NOW, fact)


def row(state=STATES.READY, kind=FilingKind.ITEM, *, by=2, mended=False, **more):
    begun = FilingBegun(kind, "x", Millis(5_000), None, sections=SECTIONS)
    ready = FilingTurned(Seq(5), Seq(5), STATES.READY, Seq(5), AccountId(by))
    values = {
        "filing": Seq(5),
        "begun_ms": NOW,
        "begun": begun,
        "state": state,
        "is_mended": mended,
        "revision": Seq(5),
        "seq": Seq(6),
        "turned_ms": NOW,
        "sections": SECTIONS,
        "history": (entry(5, begun), entry(6, ready)),
    }
    return FilingRow(**values | more)


def turn(state):
    return Turn(state, Seq(5), receipt="no. 7", note="because")


FOLLOWS = {
    STATES.DRAFT: {STATES.READY, STATES.WAIVED},
    STATES.READY: {STATES.APPROVED, STATES.RETURNED, STATES.WAIVED},
    STATES.RETURNED: {STATES.WAIVED},
    STATES.APPROVED: {STATES.SUBMITTED, STATES.RETURNED, STATES.WAIVED},
    STATES.SUBMITTED: {STATES.ACKNOWLEDGED},
    STATES.ACKNOWLEDGED: set(),
    STATES.WAIVED: set(),
}


@pytest.mark.parametrize("to", STATES)
@pytest.mark.parametrize("state", STATES)
def test_a_filing_goes_its_way_and_no_other(state, to):
    if to in FOLLOWS[state]:
        fact = turned(EVE, row(state), turn(to), NOW)
        assert (fact.filing, fact.after, fact.state, fact.revision) == (5, 6, to, 5)
    else:
        with pytest.raises(NotAllowed):
            turned(EVE, row(state), turn(to), NOW)


@pytest.mark.parametrize("state", [STATES.APPROVED, STATES.SUBMITTED, STATES.ACKNOWLEDGED])
def test_an_approved_assessment_can_always_be_taken_back(state):
    fact = turned(EVE, row(state, FilingKind.ASSESSMENT), turn(STATES.RETURNED), NOW)

    assert (fact.state, fact.note) == (STATES.RETURNED, "because")


@pytest.mark.parametrize("to", [STATES.APPROVED, STATES.WAIVED])
def test_nobody_decides_on_what_they_wrote_or_called_ready(to):
    begun = FilingBegun(FilingKind.WEAKNESS, "x", None, EVE.account)
    wrote = FilingRevised(Seq(5), Seq(5), EVE.account)
    mended = WeaknessMended(Seq(5), Seq(5), EVE.account)
    for history in (row(by=3).history, *((entry(6, one),) for one in (begun, wrote, mended))):
        with pytest.raises(Coded) as refusal:
            turned(EVE, row(history=history), turn(to), NOW)
        assert refusal.value.code is Code.OWN_INTEREST
    assert turned(EDA, row(by=3), turn(to), NOW).actor == EDA.account


def test_only_an_editor_answers_for_a_filing_and_a_reviewer_writes_it():
    assert turned(REY, row(STATES.DRAFT), turn(STATES.READY), NOW).actor == REY.account
    for who, error in ((None, NotSignedIn), (ANN, NotAllowed), (REY, NotAllowed)):
        with pytest.raises(error):
            turned(who, row(), turn(STATES.APPROVED), NOW)


def test_nothing_is_handed_in_without_a_receipt_nor_put_away_without_a_reason():
    with pytest.raises(BadMessage):
        turned(EVE, row(STATES.APPROVED), Turn(STATES.SUBMITTED, Seq(5), " "), NOW)
    for state in (STATES.WAIVED, STATES.RETURNED):
        with pytest.raises(BadMessage):
            turned(EVE, row(), Turn(state, Seq(5), note=" "), NOW)

    sent = turned(EVE, row(STATES.APPROVED), Turn(STATES.SUBMITTED, Seq(5), " no.  7"), NOW)
    heard = turned(
        EVE, row(STATES.SUBMITTED, receipt="no. 7"), Turn(STATES.ACKNOWLEDGED, Seq(5)), NOW
    )
    assert (sent.receipt, heard.receipt) == ("no. 7", "no. 7")


@pytest.mark.parametrize(
    ("state", "to"),
    [(STATES.SUBMITTED, STATES.ACKNOWLEDGED), (STATES.READY, STATES.WAIVED)],
)
def test_a_weakness_is_not_closed_before_it_is_mended(state, to):
    with pytest.raises(NotAllowed):
        turned(EVE, row(state, FilingKind.WEAKNESS), turn(to), NOW)

    assert turned(EVE, row(state, FilingKind.WEAKNESS, mended=True), turn(to), NOW).state is to


def test_a_filing_is_turned_so_often_and_no_oftener():
    long = row(history=row().history * HISTORY_MAX)
    for act in (
        lambda: turned(EVE, long, turn(STATES.APPROVED), NOW),
        lambda: revised(REY, long, {}, NOW, revision=Seq(5)),
    ):
        with pytest.raises(Coded) as refusal:
            act()
        assert refusal.value.code is Code.OWN_LIMIT


def test_what_people_say_is_revised_and_what_the_record_states_is_not():
    fact = revised(REY, row(), {"summary": "a\r\n\u202eb "}, NOW, revision=Seq(5))

    assert fact.sections == (replace(SECTIONS[0], remarks="a\nb"), SECTIONS[1])
    with pytest.raises(BadMessage):
        revised(REY, row(), {"other": ""}, NOW, revision=Seq(5))
    with pytest.raises(BadMessage):
        revised(REY, row(), {"summary": "x" * (TEXT_MAX + 1)}, NOW, revision=Seq(5))
    with pytest.raises(NotAllowed):
        revised(REY, row(STATES.APPROVED), {}, NOW, revision=Seq(5))
    with pytest.raises(NotAllowed):
        revised(ANN, row(), {}, NOW, revision=Seq(5))


@pytest.mark.parametrize("read", [4, 6])
def test_words_that_somebody_has_not_read_are_neither_written_over_nor_answered_for(read):
    for act in (
        lambda: turned(EVE, row(), Turn(STATES.APPROVED, Seq(read)), NOW),
        lambda: revised(REY, row(), {"summary": "a"}, NOW, revision=Seq(read)),
    ):
        with pytest.raises(Coded, match="revision 5 is the newest") as refusal:
            act()
        assert refusal.value.code is Code.DUPLICATE


def test_it_is_overdue_while_it_is_open_and_its_time_is_over():
    assert row().is_overdue(Millis(5_000))
    assert not row().is_overdue(Millis(4_999))
    assert not row(STATES.SUBMITTED).is_overdue(Millis(5_000))
    assert not row(begun=FilingBegun(FilingKind.ITEM, "x", None, None)).is_overdue(NOW)


def test_a_high_risk_is_dangerous_until_it_is_mended():
    begun = FilingBegun(FilingKind.WEAKNESS, "x", None, None, Risk.HIGH)
    assert row(begun=begun).is_dangerous
    assert not row(begun=begun, mended=True).is_dangerous
    assert not row(begun=replace(begun, risk=Risk.LOW)).is_dangerous


def test_words_and_references_have_bounds():
    assert (words_of(""), reference_of(" a  b ")) == ("", "a b")
    for text in ("", " ", "x" * (RECEIPT_MAX + 1)):
        with pytest.raises(BadMessage):
            reference_of(text)


# --- what follows


def case(kind=CaseKind.REPORT, subject=None):
    subject = subject or Subject(SubjectKind.COMMENT, DEMO, number=Number(3), origin=None)
    return Case("p.7", kind, subject, None, "porn", Millis(9), Millis(9), Desk.PLATFORM, 2, 0)


def measure(step, **more):
    return Measure("m1", step, "porn", "rule", NOW, **more)


def ruling(outcome=CaseOutcome.UPHELD, category="porn", *, of=None, measures=(), **more):
    decided = CaseDecided("p.7", REY.account, outcome, category)
    return Ruling(of or case(), decided, AccountId(9), Seq(4), measures, NOW, **more)


def kinds(begun):
    return [(one.filing_kind, one.subject, one.due_ms) for one in begun]


ITEM = (FilingKind.ITEM, "comment:demo/4", NOW + 60)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (ruling(), [ITEM]),
        (ruling(CaseOutcome.PARTLY), [ITEM]),
        (ruling(CaseOutcome.REJECTED), []),
        (ruling(category="spam"), []),
        (ruling(of=case(CaseKind.APPEAL)), []),
        (ruling(category="spam", measures=(measure(Step.SUSPEND),)), []),
        (ruling(category="spam", measures=(measure(Step.SUSPEND),), is_owner=True), [ITEM]),
        (ruling(category="spam", measures=(measure(Step.CLOSE_COMMENTS, room=DEMO),)), [ITEM]),
        (
            ruling(category="spam", measures=(measure(Step.FORBID),)),
            [(FilingKind.BLACKLIST, "measure:m1", NOW + 60)],
        ),
        (
            ruling(measures=(measure(Step.FORBID),)),
            [(FilingKind.BLACKLIST, "measure:m1", NOW + 60), ITEM],
        ),
    ],
)
def test_what_is_unlawful_is_reported_once_and_a_bar_beside_it(given, expected):
    assert kinds(after_ruling(given, 60)) == expected


def test_an_item_leads_to_the_evidence_and_names_nobody():
    [item] = after_ruling(ruling(measures=(measure(Step.DELETE),)), 60)

    assert {one.word: one.lines for one in item.sections} == {
        "summary": (
            Line("category", "porn"),
            Line("outcome", "upheld"),
            Line("opened", "9"),
            Line("decided", str(NOW)),
            Line("reports", "2"),
        ),
        "evidence": (
            Line("case", "p.7"),
            Line("room", "demo"),
            Line("entry", "4"),
            Line("number", "3"),
        ),
        "measures": (Line("step", "m1", "delete"),),
    }
    assert item.actor is None


def test_a_case_about_no_comment_is_reported_under_its_own_name():
    about = Subject(SubjectKind.ROOM, DEMO)
    [item] = after_ruling(replace(ruling(of=case(subject=about)), origin=None), 60)

    assert item.subject == "case:p.7"


@pytest.mark.parametrize(
    ("taken", "is_owner", "expected"),
    [
        (measure(Step.DELETE, room=DEMO, number=3, origin=4), False, [ITEM]),
        (replace(measure(Step.DELETE, room=DEMO, number=3, origin=4), category="spam"), True, []),
        (measure(Step.WARN), False, []),
        (measure(Step.WARN), True, [(FilingKind.ITEM, "measure:m1", NOW + 60)]),
        (measure(Step.SUSPEND, room=DEMO), True, []),
        (
            measure(Step.PAUSE_COMMENTS, room=DEMO),
            False,
            [(FilingKind.ITEM, "measure:m1", NOW + 60)],
        ),
        (
            measure(Step.LIMIT, functions=frozenset({Function.ROOMS})),
            False,
            [(FilingKind.ITEM, "measure:m1", NOW + 60)],
        ),
        (measure(Step.FORBID), True, [(FilingKind.BLACKLIST, "measure:m1", NOW + 60)]),
    ],
)
def test_steps_against_those_who_keep_rooms_are_reported(taken, is_owner, expected):
    fact = MeasureTaken(taken, AccountId(9), REY.account)

    assert kinds(after_measure(fact, NOW, 60, is_owner=is_owner)) == expected
