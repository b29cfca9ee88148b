from itertools import product

from danmaku.domain.ids import AccountId, Seq
from danmaku.domain.rule_facts import BackScanTurned, ScanPhase, may_follow

ANN = AccountId(1)
BY_ITSELF = {
    (ScanPhase.PLANNED, ScanPhase.RUNNING),
    (ScanPhase.RUNNING, ScanPhase.RUNNING),
    (ScanPhase.RUNNING, ScanPhase.ENDED),
    (ScanPhase.RUNNING, ScanPhase.STOPPED),
    (ScanPhase.STOPPED, ScanPhase.STOPPED),
    (ScanPhase.STOPPED, ScanPhase.UNDOING),
    (ScanPhase.ENDED, ScanPhase.UNDOING),
    (ScanPhase.UNDOING, ScanPhase.UNDONE),
}


def turn(phase, actor=None):
    return BackScanTurned(Seq(1), phase, seen=0, hits=0, actor=actor)


def test_work_turns_in_the_order_of_its_life_alone():
    followed = {
        (before, after)
        for before, after in product(ScanPhase, repeat=2)
        if may_follow(turn(after), before)
    }

    assert followed == BY_ITSELF


def test_what_was_executed_is_not_executed_again():
    executed = {phase for phase in ScanPhase if may_follow(turn(ScanPhase.RUNNING, ANN), phase)}

    assert executed == {ScanPhase.PLANNED}
