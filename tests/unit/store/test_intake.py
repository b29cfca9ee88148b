import asyncio
import threading
import time
from dataclasses import replace

import pytest

from danmaku.domain.backlog import RETURN_LEAST_MS, RETURN_MOST_MS, Delays
from danmaku.errors import Overloaded, StoreDown
from danmaku.store.intake import (
    PATIENT_ENTRIES_MAX,
    PATIENT_S,
    Intake,
    Job,
)
from tests.contract.facts import in_demo, published, recalled

LONG_S = 30.0
LONG_MS = LONG_S * 1000
ENDLESS = Delays(most_ms=LONG_MS, calm_ms=LONG_MS, patience_ms=LONG_MS)


@pytest.fixture
def job():
    loop = asyncio.new_event_loop()
    yield lambda weight=1, **changes: Job(
        loop.create_future(), (replace(in_demo(published()), **changes),) * weight
    )
    loop.close()


def intake(entries_max=100, gather_entries_max=10, gather_s_max=0.0, delays=ENDLESS):
    return Intake(
        entries_max=entries_max,
        delays=delays,
        gather_entries_max=gather_entries_max,
        gather_s_max=gather_s_max,
    )


def test_what_waits_is_taken_in_order(job):
    queue, jobs = intake(), [job() for _ in range(3)]
    for each in jobs:
        queue.put(each)

    assert queue.take(LONG_S) == jobs


def test_an_idle_writer_gets_the_first_job_at_once(job):
    queue, first, taken = intake(gather_s_max=LONG_S), job(), []
    writer = threading.Thread(target=lambda: taken.extend(queue.take(LONG_S)))
    writer.start()
    while not queue._changed._waiters:  # who comes before it waits is one of those who gather
        time.sleep(0.001)

    queue.put(first)
    writer.join(LONG_S / 2)

    assert taken == [first]


def test_nothing_comes_when_the_time_is_over():
    assert intake().take(0.0) == []


def test_a_returning_writer_lets_jobs_gather_until_there_is_enough(job):
    queue, taken = intake(gather_entries_max=3, gather_s_max=LONG_S), []
    queue.put(job())
    writer = threading.Thread(target=lambda: taken.extend(queue.take(LONG_S)))
    writer.start()

    for _ in range(2):
        queue.put(job())
    writer.join(LONG_S / 2)

    assert len(taken) == 3


def test_a_transaction_takes_no_more_than_its_bound(job):
    queue = intake(gather_entries_max=5)
    for weight in (3, 3, 9):
        queue.put(job(weight))

    taken = [[each.weight for each in queue.take(LONG_S)] for _ in range(3)]

    assert taken == [[3], [3], [9]]  # the last one is taken alone, though it is over the bound


def test_a_full_queue_refuses(job):
    queue = intake(entries_max=4)
    queue.put(job(3))

    with pytest.raises(Overloaded):
        queue.put(job(2))
    queue.put(job(1))


def test_a_closed_queue_hands_out_what_waits_and_takes_nothing(job):
    queue = intake(gather_s_max=LONG_S)
    queue.put(job())
    queue.close()

    with pytest.raises(StoreDown):
        queue.put(job())
    assert not queue.is_done
    assert len(queue.take(LONG_S)) == 1
    assert queue.is_done
    assert queue.take(LONG_S) == []


def test_what_is_patient_is_taken_when_nobody_waits_and_a_little_at_a_time(job):
    queue = intake()
    patient = [job(is_patient=True) for _ in range(PATIENT_ENTRIES_MAX + 1)]
    people = [job(), job()]
    for each in (patient[0], people[0], *patient[1:], people[1]):
        queue.put(each)

    assert queue.take(LONG_S) == people
    assert queue.take(LONG_S) == patient[:-1]
    assert queue.take(LONG_S) == patient[-1:]


def test_what_is_patient_wakes_a_writer_that_is_idle(job):
    queue, patient, taken = intake(), job(is_patient=True), []
    writer = threading.Thread(target=lambda: taken.extend(queue.take(LONG_S)))
    writer.start()

    queue.put(patient)
    writer.join(LONG_S / 2)

    assert taken == [patient]


def test_what_has_been_patient_for_long_has_every_second_turn(job):
    queue, people = intake(gather_entries_max=1), [job(), job(), job()]
    long_ago = [job(weight=2, is_patient=True), job(weight=2, is_patient=True)]
    for each in (*people, *long_ago):
        each.arrived_s -= 2 * PATIENT_S
        queue.put(each)

    first, second, third = (queue.take(LONG_S) for _ in range(3))

    assert (first, second) == (long_ago[:1], people[:1])
    assert third == long_ago[1:]


def test_nobody_gathers_behind_what_was_patient(job):
    queue = intake(gather_s_max=LONG_S)
    queue.put(job(is_patient=True))
    queue.take(LONG_S)

    queue.put(someone := job())

    assert queue.take(LONG_S) == [someone]


def test_what_is_patient_crowds_nobody_out(job):
    queue = intake(entries_max=4)
    queue.put(job(4, is_patient=True))

    with pytest.raises(Overloaded):
        queue.put(job(1, is_patient=True))
    queue.put(job(4))


@pytest.fixture
def recall():
    loop = asyncio.new_event_loop()
    yield lambda: Job(loop.create_future(), (in_demo(recalled(1)),))
    loop.close()


SHORT = Delays(most_ms=200, calm_ms=50, patience_ms=LONG_MS)


def waiting(job, weight, seconds):
    each = job(weight)
    each.arrived_s -= seconds
    return each


def test_comments_are_refused_behind_what_waits_long_and_other_acts_are_not(job, recall):
    queue = intake(gather_entries_max=2, delays=SHORT)
    queue.put(waiting(job, 2, seconds=1.0))

    with pytest.raises(Overloaded) as first:
        queue.put(job())
    with pytest.raises(Overloaded) as second:
        queue.put(job())
    queue.put(recall())

    assert RETURN_LEAST_MS <= first.value.wait_ms < RETURN_MOST_MS
    assert first.value.wait_ms != second.value.wait_ms  # they do not come again at once
    queue.take(LONG_S)
    queue.put(job())


def test_a_comment_is_refused_before_anybody_decides_on_it(job):
    queue = intake(gather_entries_max=2, delays=SHORT)
    queue.require_place()
    queue.put(waiting(job, 2, seconds=1.0))

    with pytest.raises(Overloaded) as refused:
        queue.require_place()

    assert RETURN_LEAST_MS <= refused.value.wait_ms < RETURN_MOST_MS
    queue.take(LONG_S)
    queue.require_place()


def test_who_was_let_in_counts_before_they_are_here(job):
    queue = intake(entries_max=100, gather_entries_max=2, delays=SHORT)
    queue.put(job(2))
    queue.take(LONG_S)
    queue._taken_s -= 1.0  # so long its transaction has taken; the mean rises to a fifth of it
    queue.take(0)

    queue.require_place(coming=1)
    with pytest.raises(Overloaded):
        queue.require_place(coming=30)
    with pytest.raises(Overloaded):
        queue.require_place(coming=100)
    queue.require_place()


def test_what_one_transaction_takes_is_no_queue_however_long_it_waits(job):
    queue = intake(gather_entries_max=3, delays=SHORT)
    queue.put(waiting(job, 2, seconds=1.0))

    queue.put(job())


def test_comments_crowd_no_other_act_out(job, recall):
    queue = intake(entries_max=2)
    queue.put(job(2))

    for _ in range(2):
        queue.put(recall())
    with pytest.raises(Overloaded):
        queue.put(recall())


def test_who_would_wait_long_is_refused_though_nobody_has_yet(job):
    """By how long transactions take: a burst is not let in until its first one has grown old."""
    queue = intake(gather_entries_max=1, delays=Delays(most_ms=150, calm_ms=150, patience_ms=0))
    for _ in range(2):
        queue.put(job())
    queue.take(LONG_S)
    queue._taken_s -= 0.3  # so long the transaction took, of which a fifth counts
    queue.take(LONG_S)

    for _ in range(3):
        queue.put(job())
    with pytest.raises(Overloaded):
        queue.put(job())
