import pytest

from danmaku.domain.facts import Entry, PasswordChanged
from danmaku.domain.ids import PLATFORM, Millis, Seq
from danmaku.domain.measures import Step
from danmaku.domain.naming import NameState
from danmaku.domain.people_facts import AccountClosed, ControlLifted, MeasureReversed
from danmaku.errors import Close
from danmaku.gateway.notices import General, notice_of
from tests.contract.facts import ANN, BEN, DEMO, braked, granted, measure, named, taken


def notice(fact, account=None):
    return notice_of(Entry(PLATFORM, Seq(9), Millis(5), fact, account=account))


@pytest.mark.parametrize("step", [Step.WARN, Step.SUSPEND, Step.LIMIT, Step.DELETE])
def test_whom_a_measure_is_against_is_told_with_its_note(step):
    told = notice(taken(measure(step=step), note="Stop this."))

    assert (told.account, told.said["step"], told.said["note"]) == (BEN, step, "Stop this.")
    assert told.farewell is None


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (taken(measure(step=Step.CLOSE)), "account_suspended"),
        (taken(measure(step=Step.FORBID)), "identity_barred"),
        (AccountClosed(BEN), "account_suspended"),
    ],
)
def test_sockets_of_an_account_that_has_ended_are_closed(fact, code):
    farewell = notice(fact).farewell

    assert (farewell.close_code, farewell.said["code"]) == (Close.ACCOUNT_ENDED, code)


def test_a_reversal_is_told_to_the_same():
    assert notice(MeasureReversed("m1", BEN, ANN, "a mistake")).said["note"] == "a mistake"


def test_a_persons_word_on_a_name_is_told_to_its_owner_and_the_filters_is_its_answer():
    decided = notice(named(NameState.REFUSED, actor=ANN), account=BEN)

    assert (decided.account, decided.said["kind"], decided.said["state"]) == (
        *(BEN, "name"),
        NameState.REFUSED,
    )
    assert notice(named(), account=BEN) is None


def test_controls_are_told_where_they_hold():
    everywhere, here, lifted = (
        notice(braked()),
        notice(braked(DEMO)),
        notice(ControlLifted(DEMO, None, "")),
    )

    assert [type(one) for one in (everywhere, here, lifted)] == [General] * 3
    assert [one.room for one in (everywhere, here, lifted)] == [None, DEMO, DEMO]
    assert "reason" not in here.said


def test_other_powers_are_told_anew_and_the_rest_to_nobody():
    told = notice(granted(holder=BEN), account=BEN)

    assert (told.account, told.said) == (BEN, None)
    assert notice(PasswordChanged(BEN, "hash"), account=BEN) is None
    assert notice(taken(account=None)) is None
