import pytest

from danmaku.domain.account import Power
from danmaku.domain.comment import Comment, CommentStatus
from danmaku.domain.facts import Entry
from danmaku.domain.ids import Millis, Pseudonym, Seq
from danmaku.gateway.held_notices import held_notices
from danmaku.gateway.notices import Official, Personal, Sealed
from tests.contract.facts import ANN, DEMO, SECRET, held, published, recalled, refused


def notices(fact, status=CommentStatus.HELD):
    comment = Comment(Seq(9), None, status, Millis(5), 1_000, Pseudonym("p"), None)
    return held_notices(Entry(DEMO, Seq(9), Millis(5), fact, comment=comment, account=ANN))


def test_those_who_review_in_the_room_see_what_waits():
    [told] = notices(held())

    assert (told.room, told.power) == (DEMO, Power.COMMENT_REVIEW)
    assert (told.said["kind"], told.said["seq"], told.said["text"]) == ("held", 9, SECRET)
    assert told.said["author"] == "p"


@pytest.mark.parametrize("fact", [published(origin=Seq(4)), refused(origin=Seq(4))])
def test_what_was_decided_leaves_their_list(fact):
    *_, told = notices(fact)

    assert isinstance(told, Official)
    assert told.said == {"op": "notice", "kind": "decided", "seq": 4}


def test_an_author_hears_what_a_person_has_refused():
    told, _ = notices(refused(author=ANN, origin=Seq(4)))

    assert isinstance(told, Personal)
    assert told.account == ANN
    assert (told.said["kind"], told.said["seq"], told.said["category"]) == ("refused", 4, "abuse")


@pytest.mark.parametrize("fact", [published(), refused(), recalled()])
def test_what_never_waited_is_told_to_nobody_in_particular(fact):
    assert notices(fact) == ()


@pytest.mark.parametrize(
    ("fact", "is_held", "origin"), [(held(), True, 9), (refused(origin=Seq(4)), False, 4)]
)
def test_what_another_node_wrote_is_to_be_read_first(fact, is_held, origin):
    told, *_ = held_notices(Entry(DEMO, Seq(9), Millis(5), fact, account=ANN))

    assert told == Sealed(DEMO, Seq(origin), ANN, is_held=is_held)
