import pytest

from danmaku.actions.rules import Rules
from danmaku.domain.account import Bundle
from danmaku.domain.facts import RulesActivated
from danmaku.domain.ids import PLATFORM
from danmaku.errors import NotAllowed, StoreDown
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import FAULT_CATEGORY, Action
from danmaku.filter.screen import Screen
from tests.unit.actions.house import RULES, SCREEN

STRICTER = parse_rules(RULES.replace("callme", "phoneme"))


class FaultyScreen(Screen):
    def inspect(self, text):
        raise ZeroDivisionError(text)


def rules_of(house, screen, micros_max=1_000_000):
    return Rules(
        screen,
        record=house.store,
        clock=house.clock,
        micros_max=micros_max,
        telemetry=house.telemetry,
    )


def faults(house):
    return house.telemetry.filter_faults._value.get()


async def test_a_look_says_what_the_rules_find(house):
    look = house.rules.look("callme")

    assert look.findings == SCREEN.inspect("callme")
    assert faults(house) == 0


async def test_a_fault_in_the_filter_holds_and_is_counted(house):
    look = rules_of(house, FaultyScreen(SCREEN.ruleset)).look("hello")

    assert (look.findings.action, look.findings.category) == (Action.HOLD, FAULT_CATEGORY)
    assert faults(house) == 1


async def test_a_look_that_takes_too_long_holds_and_is_counted(house):
    look = rules_of(house, SCREEN, micros_max=-1).look("hello")

    assert (look.findings.action, look.findings.category) == (Action.HOLD, FAULT_CATEGORY)
    assert faults(house) == 1


async def test_other_rules_decide_once_the_change_is_recorded(house):
    assert await house.rules.activate(None, STRICTER)

    assert house.rules.version == STRICTER.version
    assert house.rules.look("phoneme").findings.action is Action.HOLD
    assert house.rules.look("callme").findings.action is Action.PASS
    [entry] = house.announced
    assert (entry.chain, entry.fact) == (PLATFORM, RulesActivated(STRICTER.version, 3))


async def test_rules_that_are_in_force_already_change_nothing(house):
    assert not await house.rules.activate(None, SCREEN.ruleset)

    assert house.announced == []


async def test_rules_whose_change_cannot_be_recorded_do_not_decide(house):
    await house.store.close()

    with pytest.raises(StoreDown):
        await house.rules.activate(None, STRICTER)

    assert house.rules.version == SCREEN.ruleset.version


async def test_who_may_change_the_rules(house):
    with pytest.raises(NotAllowed):
        await house.rules.activate(await house.person("rey", Bundle.REVIEWER), STRICTER)

    assert await house.rules.activate(await house.person("eve", Bundle.CHIEF_EDITOR), STRICTER)
