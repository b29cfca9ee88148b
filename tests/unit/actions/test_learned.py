import asyncio
from pathlib import Path

import pytest
import structlog

from danmaku.actions import learned as module
from danmaku.actions.file_changes import FileChanges
from danmaku.actions.learned import Learned, model_in
from danmaku.domain.account import Bundle
from danmaku.filter.learned import Linear
from danmaku.filter.model_file import ModelError, pack_model
from danmaku.filter.rules import FAULT_CATEGORY, Action
from tests.patience import PATIENCE_S
from tests.unit.filter.models import CARD, model, weights

GLOOMY = model({"sad": 2.0, "tired": 0.5}, bias=-0.25)


class FaultyLinear(Linear):
    def score(self, letters):
        raise ZeroDivisionError(letters)


FAULTY = type(GLOOMY)("faulty", FaultyLinear(GLOOMY.linear.weights), CARD)


def learned_of(house, one=GLOOMY):
    return Learned(one, house.telemetry)


def counts(house):
    return {
        sample.labels["band"]: int(sample.value)
        for sample in house.telemetry.learned_looks.collect()[0].samples
        if sample.name.endswith("_total") and sample.value
    }


@pytest.fixture
async def ann(house):
    await house.room()
    return await house.person("ann")


@pytest.mark.parametrize(
    ("text", "action", "category"),
    [
        ("so s.a.d", Action.HOLD, "learned"),
        ("so tired", Action.PASS, None),
        ("hello", Action.PASS, None),
        ("sad", Action.PASS, None),
        ("darn sad", Action.MASK, "mild"),
        ("callme sad", Action.HOLD, "contact"),
        ("buynow sad", Action.REFUSE, "spam"),
    ],
)
def test_it_is_asked_last_and_only_holds(house, text, action, category):
    look = house.rules.look(text, last=learned_of(house).judge)

    assert (look.findings.action, look.findings.category) == (action, category)
    assert look.findings.ruleset == house.rules.version
    assert sum(counts(house).values()) == (category in {None, "learned"})


def test_bands_are_counted(house):
    learned = learned_of(house)
    for text in ("so sad", "very sad", "so tired", "hello"):
        house.rules.look(text, last=learned.judge)

    assert counts(house) == {"hold": 2, "shadow": 1, "pass": 1}


def test_a_comment_that_could_not_be_scored_is_held(house):
    learned = learned_of(house, FAULTY)

    found = [
        (look.findings.action, look.findings.category)
        for look in (house.rules.look(text, last=learned.judge) for text in ("hello", "buynow"))
    ]

    assert found == [(Action.HOLD, FAULT_CATEGORY), (Action.REFUSE, "spam")]
    assert counts(house) == {"fault": 1}
    assert house.telemetry.filter_faults._value.get() == 1


async def test_where_it_only_counts_nothing_public_changes(house, ann):
    rey = await house.person("rey", Bundle.REVIEWER)
    house.store.subscribe(learned_of(house).apply)
    texts = ("so sad", "hello", "so tired", "callme sad", "darn sad")
    with structlog.testing.capture_logs() as lines:
        for text in texts:
            last = await house.say(ann, text)
        held = await house.say(ann, "callme sad again")
        await house.moderation.approve(rey, held.chain, held.seq)

    assert counts(house) == {"hold": 1, "shadow": 1, "pass": 1}
    told = [(line["code"], line["number"], line["version"]) for line in lines]
    assert told == [("hold", 1, "by-hand"), ("shadow", 3, "by-hand")]
    assert not any(text in str(lines) for text in texts)
    assert (await house.texts())[1] == "so sad"
    assert last.chain == held.chain


async def test_where_it_only_counts_its_faults_change_nothing(house, ann, monkeypatch):
    monkeypatch.setattr(module, "LINES_MAX", 1)
    house.store.subscribe(learned_of(house, FAULTY).apply)
    with structlog.testing.capture_logs() as lines:
        for text in ("hello", "so sad"):
            await house.say(ann, text)

    assert counts(house) == {"fault": 2}
    assert [line["event"] for line in lines] == ["learned_fault"]
    assert list((await house.texts()).values()) == ["hello", "so sad"]


async def test_it_follows_its_file_and_a_wrong_one_changes_nothing(house, tmp_path):
    path = tmp_path / "house.dmm"
    first, second = (pack_model(weights({"sad": one}), CARD) for one in (2.0, -2.0))
    path.write_bytes(first)
    stage = learned_of(house, model_in(path))
    changes, versions = FileChanges(path), [stage.version]

    for content in (first, first[:100], b"", second):
        path.write_bytes(content)
        await stage.look_at(changes)
        await stage.look_at(changes)
        versions.append(stage.version)
    path.unlink()
    for _ in range(3):
        await stage.look_at(changes)

    assert len(set(versions[:4])) == 1
    assert versions[4] not in versions[:4]
    assert stage.version == versions[4]
    assert house.telemetry.rules_refused._value.get() == 3


async def test_a_look_that_nobody_foresaw_is_counted_and_the_model_stays(house):
    stage = learned_of(house)
    changes = FileChanges(Path("nul\0"))  # no path at all: not even an OSError

    for _ in range(2):
        await stage.look_at(changes)

    assert stage.version == GLOOMY.version
    assert house.telemetry.rules_refused._value.get() == 2


async def test_it_goes_on_looking(house, tmp_path):
    path = tmp_path / "house.dmm"
    path.write_bytes(pack_model(weights({"sad": 2.0}), CARD))
    stage = learned_of(house)
    following = asyncio.create_task(stage.follow(path, every_ms=1))
    async with asyncio.timeout(PATIENCE_S):
        while stage.version == GLOOMY.version:  # noqa: ASYNC110 -- a file wakes nobody
            await asyncio.sleep(0.005)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)

    assert stage.version == model_in(path).version


def test_a_file_that_is_no_model_is_named(tmp_path):
    path = tmp_path / "house.dmm"
    path.write_bytes(b"no model")

    with pytest.raises(ModelError, match=r"house\.dmm: not a model"):
        model_in(path)
