"""What every store tells of endpoints: how far each was told, and what comes next."""

from dataclasses import replace

import pytest

from danmaku.domain.deliveries import TRIES_KEPT, Try
from danmaku.domain.endpoints import SECRET_KEPT_MS, EndpointSet, EndpointState, EventType
from danmaku.domain.ids import PLATFORM, Millis, RoomId, Seq
from danmaku.errors import NotFound
from tests.contract.facts import ANN, DEMO, held, in_demo, on_platform, published, recalled

ALL = EndpointSet("e1", EndpointState.ACTIVE, (), None, ANN, "https://example.org/", "site")
COMMENTS = replace(ALL, events=(EventType.COMMENT_PUBLISHED,), room=DEMO)
FIRST = RoomId("")
NOW, LATER = Millis(1_000), Millis(9_000)


def tried(number):
    return Try(NOW, f"msg_{number}", "comment.held", DEMO, Seq(number), "late", None, 7)


class EndpointContract:
    @pytest.fixture
    async def book(self, store):
        await store.endpoints.prepare(ALL, b"first")
        await store.commit(on_platform(ALL))
        return store.endpoints

    async def told(self, book, endpoint=ALL, after=FIRST, limit=50):
        found = await book.due(endpoint, after=after, limit=limit)
        return [(one.chain, one.upto, [due.entry.seq for due in one.dues]) for one in found]

    async def test_one_is_told_what_is_written_after_it(self, store, book):
        await store.commit(in_demo(published("a")), in_demo(published("b")), in_demo(held("c")))
        top = (await store.tops([DEMO]))[DEMO]

        [(chain, upto, seqs)] = [one for one in await self.told(book) if one[0] == DEMO]
        assert (chain, upto, seqs) == (DEMO, top, [top - 2, top - 1, top])
        [few] = [one for one in await self.told(book, limit=2) if one[0] == DEMO]
        assert few == (DEMO, top - 1, [top - 2, top - 1])
        assert await self.told(book, COMMENTS, after=DEMO) == []
        [(_, end, seqs)] = await self.told(book, COMMENTS)
        assert (end, seqs) == (top, [top - 2, top - 1])

    async def test_a_comment_comes_as_it_stands_now(self, store, book):
        [first] = await store.commit(in_demo(published("a")))
        await store.commit(in_demo(recalled(first.comment.number)))

        [stretch] = await book.due(COMMENTS, after=FIRST, limit=50)

        assert stretch.dues[0].comment.status == "recalled"

    async def test_places_move_and_go_back(self, store, book):
        [entry] = await store.commit(in_demo(published("a")))
        turn = await book.take("e1", "one", now_ms=NOW, until_ms=LATER)
        places = [(DEMO, entry.seq), (PLATFORM, (await store.tops([PLATFORM]))[PLATFORM])]

        assert await book.note("e1", turn, places, [])
        assert await self.told(book) == []
        assert await book.go_back(ALL, entry.at_ms) >= 1
        assert (DEMO, entry.seq, [entry.seq]) in await self.told(book, COMMENTS)

    async def test_a_turn_is_one_node_s_until_it_is_over(self, book):
        first = await book.take("e1", "one", now_ms=NOW, until_ms=LATER)

        assert await book.take("e1", "two", now_ms=NOW, until_ms=LATER) is None
        assert not await book.note("e1", replace(first, node="two"), [], [])
        assert await book.take("e1", "two", now_ms=LATER, until_ms=Millis(LATER + 1)) is not None
        await book.release("two")
        assert await book.take("e1", "one", now_ms=NOW, until_ms=LATER) is not None

    async def test_how_it_fails_is_remembered_until_it_begins_anew(self, book):
        turn = await book.take("e1", "one", now_ms=NOW, until_ms=LATER)
        failing = replace(turn, tries=3, next_ms=LATER, failing_since_ms=NOW)

        await book.note("e1", failing, [], [])
        assert await book.turn("e1") == failing
        await book.begin_anew("e1")
        assert await book.turn("e1") == turn

    async def test_tries_are_kept_in_order_and_the_oldest_go(self, book):
        for number in range(0, TRIES_KEPT + 20, 20):
            await book.note_tries("e1", [tried(each) for each in range(number, number + 20)])

        tries = await book.tries("e1", limit=1000)
        assert [one.seq for one in tries] == [*reversed(range(20, TRIES_KEPT + 20))]
        assert (await book.tries("e1", limit=1))[0] == tried(TRIES_KEPT + 19)

    async def test_two_secrets_sign_for_a_day(self, store, book):
        await book.rotate("e1", b"second", NOW)

        assert await book.secrets("e1", NOW) == [b"second", b"first"]
        assert await book.secrets("e1", Millis(NOW + SECRET_KEPT_MS)) == [b"second"]
        await store.vault.rotate()
        assert await book.secrets("e1", NOW) == [b"second", b"first"]

    async def test_what_was_removed_is_not_listed_and_its_secret_is_gone(self, store, book):
        [row] = await book.endpoints()
        assert (row.fact, row.turn.node) == (ALL, "")

        await store.commit(on_platform(replace(ALL, state=EndpointState.REMOVED)))
        await book.forget("e1")

        assert await book.endpoints() == []
        with pytest.raises(NotFound):  # whoever has read it before does not bring it back
            await store.commit(on_platform(replace(ALL, state=EndpointState.GONE)))
        assert await book.endpoints() == []
        assert await book.secrets("e1", NOW) == []
        assert await book.turn("e1") is None
