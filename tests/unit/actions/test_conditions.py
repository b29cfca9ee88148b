from danmaku.actions.conditions import Prevailing
from danmaku.domain.conditions import NOTHING_ASKED
from danmaku.domain.facts import Entry
from danmaku.domain.ids import PLATFORM, Millis, Seq
from tests.contract.facts import DEMO, PEOPLE_FACTS, braked, document_issued


def entries_of(*facts):
    return [Entry(PLATFORM, Seq(seq), Millis(5), fact) for seq, fact in enumerate(facts, start=1)]


def test_nothing_holds_in_a_new_house():
    assert Prevailing(identity_required=False)() == NOTHING_ASKED


def test_the_newest_control_of_a_scope_and_every_version_of_a_text_are_known():
    prevailing = Prevailing(identity_required=True)

    later = document_issued(version=2, effective_ms=9)
    prevailing.apply(entries_of(*PEOPLE_FACTS, braked(until_ms=7_000), braked(DEMO), later))

    now = prevailing()
    assert [(one.scope, one.until_ms) for one in now.controls] == [(None, 7_000), (DEMO, 9_000_000)]
    assert [edition.version for edition in now.editions] == [1, 2]
    assert now.identity_required


def test_a_control_that_is_over_is_forgotten_with_the_next_one():
    prevailing = Prevailing(identity_required=False)

    prevailing.apply(entries_of(braked(until_ms=4), braked(DEMO)))

    assert [one.scope for one in prevailing().controls] == [DEMO]
