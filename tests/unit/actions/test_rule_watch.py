import asyncio

import pytest

from danmaku.actions.rule_watch import RuleWatch
from danmaku.actions.rules import Rules
from danmaku.domain.facts import CommentHeld, RulesActivated
from danmaku.filter.rules import Action
from tests.unit.actions.house import RULES, SCREEN

STRICTER = RULES.replace("callme", "phoneme")
URGENT = """
[[rule]]
id = "now"
category = "spam"
class = "house"
action = "refuse"
words = ["zork"]
"""


@pytest.fixture
def files(tmp_path):
    large, urgent = tmp_path / "rules.toml", tmp_path / "urgent.toml"
    large.write_text(RULES, "utf-8")
    urgent.write_text("", "utf-8")
    return large, urgent


@pytest.fixture
def watch(house, files):
    large, urgent = files
    return RuleWatch(house.rules, large=large, urgent=urgent, build_s=30, telemetry=house.telemetry)


def refused(house):
    return house.telemetry.rules_refused._value.get()


async def settle(watch):
    """Two looks: the first sees the change, the second that it is whole."""
    await watch.look()
    await watch.look()


async def test_a_changed_file_decides_once_it_has_settled(house, files, watch):
    await settle(watch)
    files[0].write_text(STRICTER, "utf-8")
    await watch.look()
    assert house.rules.look("phoneme").findings.action is Action.PASS

    await watch.look()

    assert house.rules.look("phoneme").findings.action is Action.HOLD
    assert house.rules.look("callme").findings.action is Action.PASS


async def test_an_urgent_word_is_laid_over_the_rules_and_stays_when_they_change(
    house, files, watch
):
    files[1].write_text(URGENT, "utf-8")
    await settle(watch)
    before = house.rules.look("zork callme").findings
    files[0].write_text(STRICTER, "utf-8")
    await settle(watch)

    assert before.action is Action.REFUSE
    assert {hit.rule_id for hit in before.hits} == {"now", "contact"}
    assert house.rules.look("zork").findings.action is Action.REFUSE
    assert house.rules.look("phoneme").findings.action is Action.HOLD


async def test_a_file_cut_in_half_or_gone_changes_nothing_and_is_told_once(house, files, watch):
    await settle(watch)
    version = house.rules.version
    files[0].write_text(RULES[: len(RULES) // 2], "utf-8")
    await settle(watch)
    files[1].unlink()
    await settle(watch)
    await watch.look()

    assert house.rules.version == version
    assert refused(house) == 2


async def test_a_change_that_could_not_be_recorded_is_tried_again(house, files, watch):
    await house.store.close()
    files[0].write_text(STRICTER, "utf-8")

    await settle(watch)

    assert house.rules.version == SCREEN.ruleset.version
    assert [file.waiting is not None for file in watch._files] == [True, True]


async def test_in_a_flood_no_comment_is_lost_or_unfiltered(house, files, watch):
    await house.room()
    sender = await house.person("mia")
    stopping = asyncio.Event()
    said = 0

    async def flood():
        nonlocal said
        while not stopping.is_set():
            said += 1
            await house.say(sender, f"callme {said} zork" if said % 2 else f"callme {said}")

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(flood())
        await settle(watch)
        files[1].write_text(URGENT, "utf-8")
        await settle(watch)
        files[0].write_text(RULES + "# another version\n", "utf-8")
        await settle(watch)
        stopping.set()

    versions = {e.fact.version for e in house.announced if isinstance(e.fact, RulesActivated)}
    judged = [e for e in house.announced if getattr(e.fact, "verdict", None) is not None]
    assert len(versions) == 3
    assert len(judged) == said
    assert all(e.fact.verdict.action in {Action.HOLD, Action.REFUSE} for e in judged)
    assert {e.fact.verdict.ruleset for e in judged} <= versions | {SCREEN.ruleset.version}
    assert any(isinstance(e.fact, CommentHeld) for e in judged)


async def test_what_is_passed_over_decides_nothing_until_it_changes(house, files, watch):
    files[0].write_text(STRICTER, "utf-8")
    await watch.pass_over()
    await settle(watch)
    assert house.rules.look("phoneme").findings.action is Action.PASS

    files[0].write_text(STRICTER + "\n", "utf-8")
    await settle(watch)
    assert house.rules.look("phoneme").findings.action is not Action.PASS


async def test_what_nobody_foresaw_is_counted_and_tried_again(house, files):
    class FaultyRules(Rules):
        faults_left = 1

        async def activate(self, who, **layers):
            if self.faults_left:
                self.faults_left -= 1
                raise ZeroDivisionError
            return await super().activate(who, **layers)

    rules = FaultyRules(
        SCREEN,
        record=house.store,
        clock=house.clock,
        micros_max=1_000_000,
        telemetry=house.telemetry,
    )
    files[0].write_text(STRICTER, "utf-8")
    watch = RuleWatch(rules, large=files[0], urgent=None, build_s=30, telemetry=house.telemetry)

    await settle(watch)
    before = (rules.version, refused(house))
    await watch.look()

    assert before == (SCREEN.ruleset.version, 1)
    assert rules.look("phoneme").findings.action is Action.HOLD
