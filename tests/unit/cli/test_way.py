from rich.progress import Progress

from danmaku.cli.way import Way
from danmaku.domain.ids import RoomId, Seq
from danmaku.store.verify import Progress as Walked
from danmaku.store.verify import Sound


def test_thousands_of_chains_are_one_bar_and_counted():
    bars = Progress(disable=True)
    way = Way(bars)

    for number in range(3_000):
        way.tell(Walked(RoomId(f"room-{number}"), Seq(1), Seq(2)))
        way.tell(Sound(RoomId(f"room-{number}"), 2, 0, 1))

    [bar] = bars.tasks
    assert (bar.description, bar.completed, bar.total) == ("proving room-2999", 2, 2)
    assert way.chains_count == 3_000
