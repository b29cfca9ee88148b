from danmaku.domain.comment import Content, Style
from danmaku.domain.facts import CommentPublished, CommentRecalled, Entry, Verdict
from danmaku.domain.ids import AccountId, ClientId, Millis, Number, RoomId, Seq
from danmaku.domain.views import View, ViewKind
from danmaku.gateway.ring import Item
from danmaku.gateway.sampling import Sampling, Thinning
from tests.unit.gateway.test_ring import comment_of, recalled

ROOM, ANN, EPOCH = RoomId("demo"), AccountId(1), "5f3a9c"
PASSED = Verdict(ruleset="v", action="pass", category=None, micros=1)
AT_MS = Millis(1_790_000_000_000)


class House:
    def __init__(self, *, is_pressed=True, shown_per_s=5):
        self.is_pressed = is_pressed
        self.told = []
        sampling = Sampling(
            shown_per_s, EPOCH, lambda: self.is_pressed, lambda *said: self.told.append(said)
        )
        self.thinning = Thinning(ROOM, sampling)
        self.pending = []

    def publish(self, seq):
        content = Content(f"text {seq}", Style(), 0, "ann")
        fact = CommentPublished(ANN, ANN, ClientId(f"c{seq}"), AT_MS, content, PASSED)
        self._announce(fact, View(ViewKind.COMMENT, Seq(seq), comment=comment_of(seq)))

    def recall(self, seq, number):
        fact = CommentRecalled(ANN, Number(number), None)
        self._announce(fact, recalled(seq, number))

    def _announce(self, fact, view):
        self.pending.append(Item(view))
        self.thinning.note(Entry(ROOM, view.seq, AT_MS, fact), view)

    def flush(self):
        items, self.pending = self.pending, []
        return [item.seq for item in self.thinning.sift(items)]


def test_a_rush_is_thinned_and_each_author_is_told_of_what_others_are_not_shown():
    house = House()
    for seq in range(1, 41):
        house.publish(seq)

    shown = house.flush()

    assert set(range(1, 6)) <= set(shown)
    assert len(shown) < 40
    left_out = sorted(set(range(1, 41)) - set(shown))
    assert [(room, author, view.seq) for room, author, view in house.told] == [
        (ROOM, ANN, seq) for seq in left_out
    ]


def test_nothing_is_left_out_while_the_house_is_not_pressed():
    house = House(is_pressed=False)
    for seq in range(1, 41):
        house.publish(seq)

    assert house.flush() == list(range(1, 41))
    assert house.told == []


def test_what_is_shown_does_not_depend_on_when_the_house_came_to_be_pressed():
    early, late = House(), House(is_pressed=False)
    shown = {}
    for house in (early, late):
        for seq in range(1, 21):
            house.publish(seq)
        house.flush()
        house.is_pressed = True
        for seq in range(21, 61):
            house.publish(seq)
        shown[house] = house.flush()

    assert shown[early] == shown[late]


def test_recalls_always_go_out_and_so_does_the_marker_of_what_they_recall():
    house = House(shown_per_s=1)
    for seq in range(1, 21):
        house.publish(seq)
    [_, _, left_out] = house.told[0]
    recall = recalled(21, int(left_out.seq))
    house.pending[left_out.seq - 1].empty(recall)
    house.recall(21, int(left_out.seq))

    assert {left_out.seq, 21} <= set(house.flush())


def test_what_was_left_out_once_is_forgotten():
    house = House(shown_per_s=1)
    for seq in range(1, 21):
        house.publish(seq)
    everything = list(house.pending)
    house.flush()

    assert house.thinning.sift(everything) == everything
