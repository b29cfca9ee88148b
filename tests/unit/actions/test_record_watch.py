import asyncio
import contextlib

from structlog.testing import capture_logs

from danmaku.actions.record_watch import RecordWatch
from danmaku.domain.ids import PLATFORM, Millis, Seq
from danmaku.errors import StoreDown
from danmaku.telemetry import Telemetry
from tests.contract.facts import DEMO


class Walks:
    """Gives one answer after another; then none any more."""

    def __init__(self, *answers):
        self._answers = list(answers)
        self.are_over = asyncio.Event()

    async def __call__(self):
        if not self._answers:
            self.are_over.set()
            await asyncio.Event().wait()
        if isinstance(answer := self._answers.pop(0), Exception):
            raise answer
        return answer


def watch(walks, telemetry):
    clock = lambda: Millis(1_700_000_000_000)  # noqa: E731
    return RecordWatch(walks, every_h=0, clock=clock, telemetry=telemetry, first_s=0)


async def told(*answers):
    """What a watch says of these walks, in the log and in metrics."""
    telemetry, walks = Telemetry(), Walks(*answers)
    with capture_logs() as lines:
        running = asyncio.create_task(watch(walks, telemetry).run())
        await walks.are_over.wait()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    text = telemetry.exposition().decode()
    return lines, dict(
        line.split() for line in text.splitlines() if line.startswith("danmaku_record_")
    )


async def test_a_sound_record_is_told_by_the_time_it_was_proved():
    lines, metrics = await told([])

    assert lines == []
    assert float(metrics["danmaku_record_faults"]) == 0
    assert float(metrics["danmaku_record_proved_seconds"]) == 1_700_000_000


async def test_where_it_is_damaged_stands_in_the_log_and_how_often_in_the_metrics():
    lines, metrics = await told([(DEMO, Seq(3)), (PLATFORM, Seq(0))])

    assert [(line["event"], line["chain"], line["seq"]) for line in lines] == [
        ("record_damaged", DEMO, 3),
        ("record_damaged", PLATFORM, 0),
    ]
    assert float(metrics["danmaku_record_faults"]) == 2


async def test_what_could_not_be_proved_is_tried_again_and_counts_as_nothing():
    lines, metrics = await told(StoreDown(), [])

    assert [line["event"] for line in lines] == ["record_not_proved"]
    assert float(metrics["danmaku_record_proved_seconds"]) == 1_700_000_000
