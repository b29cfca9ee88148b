import pytest

from danmaku.actions.rules import Rules
from danmaku.domain.account import Bundle
from danmaku.domain.facts import RulesActivated
from danmaku.domain.ids import PLATFORM
from danmaku.errors import NotAllowed, NotFound, StoreDown
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import FAULT_CATEGORY, Action
from danmaku.filter.screen import Screen
from tests.unit.actions.house import RULES, SCREEN

STRICTER = Screen(parse_rules(RULES.replace("callme", "phoneme")))
STRICTER_VERSION = STRICTER.ruleset.version
URGENT = Screen(parse_rules(RULES[: RULES.index("[[rule]]", 9)].replace("darn", "zork")))


class FaultyScreen(Screen):
    def findings(self, scanned, now_ms=0):
        raise ZeroDivisionError(scanned, now_ms)


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


async def test_a_refusal_that_was_found_stays_one_however_late(house):
    look = rules_of(house, SCREEN, micros_max=-1).look("buynow")

    assert look.findings == SCREEN.inspect("buynow")
    assert look.findings.action is Action.REFUSE
    assert faults(house) == 1


async def test_a_fault_after_a_refusal_was_found_changes_nothing(house):
    def fail(findings, scanned):
        raise ZeroDivisionError(findings, scanned)

    look = rules_of(house, SCREEN, micros_max=-1).look("buynow", last=fail)

    assert look.findings == SCREEN.inspect("buynow")


async def test_other_rules_decide_once_the_change_is_recorded(house):
    assert await house.rules.activate(None, large=STRICTER)

    assert house.rules.version == STRICTER_VERSION
    assert house.rules.look("phoneme").findings.action is Action.HOLD
    assert house.rules.look("callme").findings.action is Action.PASS
    [entry] = house.announced
    assert (entry.chain, entry.fact) == (PLATFORM, RulesActivated(STRICTER_VERSION, 3))


async def test_rules_that_are_in_force_already_change_nothing(house):
    assert not await house.rules.activate(None, large=SCREEN)

    assert house.announced == []


async def test_rules_whose_change_cannot_be_recorded_do_not_decide(house):
    await house.store.close()

    with pytest.raises(StoreDown):
        await house.rules.activate(None, large=STRICTER)

    assert house.rules.version == SCREEN.ruleset.version


async def test_who_may_change_the_rules(house):
    with pytest.raises(NotAllowed):
        await house.rules.activate(await house.person("rey", Bundle.REVIEWER), large=STRICTER)

    assert await house.rules.activate(
        await house.person("eve", Bundle.CHIEF_EDITOR), large=STRICTER
    )
    with pytest.raises(NotAllowed):
        await house.rules.go_back(await house.person("ron", Bundle.REVIEWER))


async def test_one_can_go_back_to_the_last_two(house):
    versions = [house.rules.version]
    for change in ({"large": STRICTER}, {"urgent": URGENT}, {"large": SCREEN}):
        await house.rules.activate(None, **change)
        versions.append(house.rules.version)
    kept = house.rules.former

    again = [await house.rules.go_back(None) for _ in kept]

    assert kept == (versions[2], versions[1])
    assert again == [versions[2], versions[1]]
    assert house.rules.look("phoneme").findings.action is Action.HOLD
    assert [entry.fact.version for entry in house.announced] == [*versions[1:], *again]
    with pytest.raises(NotFound):
        await house.rules.go_back(None)


async def test_what_is_laid_over_the_rules_stays_when_they_change(house):
    await house.rules.activate(None, urgent=URGENT)
    await house.rules.activate(None, large=STRICTER)

    assert house.rules.look("zork phoneme").findings.masked == "**** phoneme"


async def test_a_rule_that_has_expired_says_nothing(house):
    soon = house.clock() + 1000
    rules = RULES.replace('action = "hold"', 'action = "hold"\nuntil = 2023-11-15')
    await house.rules.activate(None, large=Screen(parse_rules(rules)))
    before = house.rules.look("callme").findings.action
    house.clock.now_ms = soon + 86_400_000

    assert (before, house.rules.look("callme").findings.action) == (Action.HOLD, Action.PASS)
