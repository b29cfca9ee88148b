import asyncio
import threading

import pytest

from danmaku.errors import Overloaded, StoreDown
from danmaku.store.intake import Intake, Job
from tests.contract.facts import in_demo, published

LONG_S = 30.0


@pytest.fixture
def job():
    loop = asyncio.new_event_loop()
    yield lambda weight=1: Job(loop.create_future(), (in_demo(published()),) * weight)
    loop.close()


def intake(entries_max=100, gather_entries_max=10, gather_s_max=0.0):
    return Intake(
        entries_max=entries_max, gather_entries_max=gather_entries_max, gather_s_max=gather_s_max
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
