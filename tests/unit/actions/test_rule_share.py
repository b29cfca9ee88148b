import asyncio
from contextlib import suppress

import pytest

from danmaku.actions.rule_share import SharedRules
from danmaku.actions.rules import Rules
from danmaku.domain.facts import BuiltRules, RulesActivated
from danmaku.domain.ids import PLATFORM, Millis
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import Action
from danmaku.filter.screen import Screen
from danmaku.ports import Append
from tests.patience import PATIENCE_S
from tests.unit.actions.house import RULES, SCREEN

STRICTER = Screen(parse_rules(RULES.replace("callme", "phoneme")))
URGENT = Screen(parse_rules(RULES[: RULES.index("[[rule]]", 9)].replace("darn", "zork")))


@pytest.fixture
def node_of(house):
    """Makes the rules of another node on the house's record."""

    def node(screen):
        rules = Rules(
            screen,
            record=house.store,
            clock=house.clock,
            micros_max=1_000_000,
            telemetry=house.telemetry,
            shares=True,
        )
        return rules, SharedRules(rules, house.store, house.telemetry)

    return node


def refused(house):
    return house.telemetry.rules_refused._value.get()


async def test_what_one_node_activates_decides_at_the_others(node_of):
    (here, _), (there, shared) = node_of(SCREEN), node_of(SCREEN)
    await here.activate(None, large=STRICTER, urgent=URGENT)

    await shared.catch_up()

    assert there.version == here.version
    assert there.look("phoneme").findings == here.look("phoneme").findings
    assert there.look("zork").findings.action is not Action.PASS
    assert there.former == (SCREEN.ruleset.version,)


async def test_the_first_node_leaves_its_rules_to_those_that_follow(house, node_of):
    (_, first), (late, second) = node_of(STRICTER), node_of(SCREEN)

    assert not await first.begin(Millis(0))
    assert await second.begin(Millis(0))

    assert late.version == STRICTER.ruleset.version
    assert (await house.store.active_rules()).version == STRICTER.ruleset.version


async def test_a_starting_node_with_newer_files_decides_for_all(house, node_of):
    (_, first), (late, second) = node_of(STRICTER), node_of(SCREEN)
    await first.begin(Millis(0))

    assert not await second.begin(Millis(house.clock() + 60_000))

    assert late.version == SCREEN.ruleset.version
    assert (await house.store.active_rules()).version == SCREEN.ruleset.version


async def test_rules_that_cannot_be_loaded_leave_the_former_in_force(house, node_of):
    rules, shared = node_of(SCREEN)
    spoilt = RulesActivated("spoilt", 1, built=BuiltRules(b"not packed", None))
    await house.store.commit(Append(PLATFORM, spoilt))

    await shared.catch_up()

    assert rules.version == SCREEN.ruleset.version
    assert refused(house) == 1
    assert shared._is_behind.is_set()  # and is tried again


async def test_an_entry_of_another_node_is_followed_by_its_rules(house, node_of):
    (here, _), (there, shared) = node_of(SCREEN), node_of(SCREEN)
    house.store.subscribe(shared.apply)
    running = asyncio.create_task(shared.run())

    await here.activate(None, large=STRICTER)
    async with asyncio.timeout(PATIENCE_S):
        while there.version != here.version:  # noqa: ASYNC110 -- loading sets no events
            await asyncio.sleep(0.01)

    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_few_rule_sets_are_kept(house, node_of):
    rules, _ = node_of(SCREEN)
    for number in range(5):
        changed = Screen(parse_rules(RULES.replace("callme", f"phone{number}")))
        await rules.activate(None, large=changed)

    kept = await house.store._readers.ask(
        lambda connection: connection.exec_driver_sql("SELECT version FROM rule_set").all()
    )

    assert len(kept) == 3
    assert (rules.version,) in kept
