import pytest

from danmaku.actions.arrivals import Arrivals
from danmaku.domain.facts import CommentRestored, Entry
from danmaku.domain.ids import AccountId, Millis, Number, RoomId, Seq

DEMO, FILM = RoomId("demo"), RoomId("film")


def entry_of(seq, chain=DEMO):
    return Entry(chain, Seq(seq), Millis(0), CommentRestored(AccountId(1), Number(1)))


def test_a_reader_gets_what_arrives_from_first_to_last():
    arrivals = Arrivals()
    arrivals.note(DEMO, entry_of(1))
    with arrivals.during(DEMO) as missed:
        arrivals.note(DEMO, entry_of(2))
        arrivals.note(FILM, entry_of(7, FILM))
        arrivals.note(DEMO, entry_of(3))
    arrivals.note(DEMO, entry_of(4))

    assert missed == [entry_of(2), entry_of(3)]


def test_a_reader_that_fails_takes_nothing_from_another():
    arrivals = Arrivals()

    def fail():
        with arrivals.during(DEMO):
            arrivals.note(DEMO, entry_of(1))
            raise OSError

    with arrivals.during(DEMO) as missed:
        with pytest.raises(OSError):  # noqa: PT011 -- the very one that is raised above
            fail()
        arrivals.note(DEMO, entry_of(2))

    assert missed == [entry_of(1), entry_of(2)]


def test_nothing_is_kept_when_nobody_reads():
    arrivals = Arrivals()
    with arrivals.during(DEMO), arrivals.during(DEMO), arrivals.during(FILM):
        arrivals.note(DEMO, entry_of(1))

    assert arrivals._readers == {}
