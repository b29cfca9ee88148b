from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from danmaku.actions.parity import SAMPLE_MAX, Evidence, Parity
from danmaku.domain.facts import CommentPublished
from danmaku.domain.ids import Number
from tests.unit.actions.house import DEMO


@pytest.fixture
async def audit(house):
    audit = Parity(house.store, clock=house.clock, telemetry=house.telemetry)
    house.store.subscribe(audit.apply)
    await house.room()
    return audit


async def test_what_was_sent_is_what_the_list_shows(house, audit):
    people = await house.cast(ann=None)
    for n in range(3):
        await house.say(people["ann"], f"comment {n}")
    await house.say(people["ann"], "callme")  # held: nobody was sent it
    assert await audit.compare() == Evidence(3, 0, house.clock.now_ms)

    await house.comments.recall(people["ann"], DEMO, Number(2))

    assert (await audit.compare()).checked_count == 4
    assert (await audit.compare()).faults_count == 0
    assert (await audit.compare()).checked_count == 4  # nothing new


async def test_a_difference_counts_when_it_is_still_there_the_next_time(house, audit):
    people = await house.cast(ann=None)
    entry = await house.say(people["ann"], "one thing")
    content = replace(entry.comment.content, text="another thing")
    sent = replace(entry, comment=replace(entry.comment, content=content))
    assert isinstance(sent.fact, CommentPublished)
    audit.apply([sent])

    assert (await audit.compare()).faults_count == 0
    with capture_logs() as logged:
        assert (await audit.compare()).faults_count == 1

    assert logged == [{"event": "parity_broken", "log_level": "error", "room": DEMO, "number": 1}]
    assert house.telemetry.parity.labels("differs")._value.get() == 1


async def test_a_list_that_is_ahead_of_the_announcement_is_no_difference(house, audit):
    people = await house.cast(ann=None)
    entry = await house.say(people["ann"], "soon gone")
    await audit.compare()
    await house.comments.recall(people["ann"], DEMO, Number(1))
    marker = audit._sent.copy()
    audit._sent.clear()
    audit.apply([entry])  # as if the recall were recorded, and not announced yet
    await audit.compare()
    audit._sent.update(marker)

    assert (await audit.compare()).faults_count == 0


async def test_the_sample_is_bounded(house, audit):
    people = await house.cast(ann=None)
    entry = await house.say(people["ann"], "one")
    for number in range(2, SAMPLE_MAX + 50):
        audit.apply([replace(entry, comment=replace(entry.comment, number=Number(number)))])

    assert len(audit._sent) == SAMPLE_MAX
