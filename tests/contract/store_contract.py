"""What every store of the record keeps to, whichever database lies below.

Subclasses give the fixture `store`: a fresh record by a `ticking` clock, `furnished` with the
accounts ANN and BEN and the room DEMO, every announcement of which since then is in `announced`.
"""

import asyncio
import json
from dataclasses import replace
from itertools import count

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.comment import CommentStatus, RecalledBy
from danmaku.domain.delay import DELAY_CATEGORY
from danmaku.domain.facts import (
    PasswordChanged,
    PowersRevoked,
    RoomChanged,
    RulesActivated,
    TokenRevoked,
)
from danmaku.domain.ids import (
    PLATFORM,
    AccountId,
    ClientId,
    Millis,
    Number,
    RoomId,
    RoomNumber,
    Seq,
)
from danmaku.domain.room import RoomState
from danmaku.domain.room_words import RoomWords
from danmaku.domain.views import ViewKind
from danmaku.errors import Broken, Code, Coded, Stale
from danmaku.filter.names import likeness_of
from danmaku.filter.rules import Action
from danmaku.formats.danmaku_v1 import fields_of
from danmaku.formats.jsonl import written
from danmaku.formats.shown import Marker
from danmaku.ports import Append, Delayed, SessionTerms
from tests.contract.facts import (
    ANN,
    BEN,
    DEMO,
    SECRET,
    STATUSES,
    TURNS,
    granted,
    held,
    in_demo,
    issued,
    on_platform,
    opened,
    published,
    recalled,
    refused,
    registered,
    reported,
    restored,
    words_set,
)

TURNED = {  # from which status each turn is possible, and where it leads
    ("held", "approve"): CommentStatus.PUBLISHED,
    ("held", "reject"): CommentStatus.REFUSED,
    ("published", "recall"): CommentStatus.RECALLED,
    ("recalled", "restore"): CommentStatus.PUBLISHED,
}


def ticking():
    """A clock that no two transactions find at the same time."""
    ticks = count(1_000)
    return lambda: Millis(next(ticks))


async def opening_of(store, session_id):
    [row] = [row for row in await store.sessions(ANN, Millis(5)) if row.session_id == session_id]
    return row.opened_ms


async def furnished(store, announced):
    """The record that each test begins with."""
    await store.commit(on_platform(registered("Ann")))
    await store.commit(on_platform(registered("Ben")))
    await store.commit(in_demo(opened()))
    store.subscribe(announced.extend)
    return store


def outcomes(results):
    return [type(result) if isinstance(result, Exception) else "written" for result in results]


async def exported(store):
    return [row async for page in store.exports.by_number(DEMO) for row in page]


async def commit_all(store, *facts):
    return [(await store.commit(in_demo(fact)))[0] for fact in facts]


class CommitContract:
    async def test_a_comment_gets_its_place_and_its_number(self, store):
        first, second = await commit_all(store, published("a"), published("b"))

        assert [(e.seq, e.comment.number) for e in (first, second)] == [(2, 1), (3, 2)]
        assert first.comment.author == second.comment.author != str(ANN)
        assert first.account == ANN

    async def test_everything_is_announced_in_record_order_before_its_sender_wakes(
        self, store, announced
    ):
        async def post(index):
            [entry] = await store.commit(in_demo(published(f"c{index}")))
            assert entry in announced

        await asyncio.gather(*(post(index) for index in range(50)))

        assert [entry.seq for entry in announced] == list(range(2, 52))
        assert [entry.comment.number for entry in announced] == list(range(1, 51))

    async def test_private_entries_take_a_seq_but_no_number(self, store):
        entries = await commit_all(store, published("a"), held("b"), refused("c"), published("d"))

        assert [entry.seq for entry in entries] == [2, 3, 4, 5]
        assert [entry.comment.number for entry in entries] == [1, None, None, 2]

    @pytest.mark.parametrize("fact", [published, held, refused])
    async def test_one_client_id_is_recorded_once_and_answered_alike(self, store, announced, fact):
        first, again = await commit_all(store, fact(), fact())

        assert again.repeated
        assert (again.seq, again.fact, again.comment) == (first.seq, first.fact, first.comment)
        assert announced == [first]
        assert (await store.outcome(DEMO, ANN, ClientId("c1"))) == again

    async def test_one_client_id_sent_many_times_at_once_is_recorded_once(self, store, announced):
        posts = (store.commit(in_demo(published("same"))) for _ in range(20))
        entries = [entry for [entry] in await asyncio.gather(*posts)]

        assert {entry.seq for entry in entries} == {2}
        assert sum(not entry.repeated for entry in entries) == len(announced) == 1

    async def test_a_client_id_belongs_to_its_account_and_room(self, store):
        await store.commit(*_room("other"))

        ann, ben = await commit_all(store, published("same"), published("same", author=BEN))
        [other] = await store.commit(_in("other", published("same")))

        assert [entry.repeated for entry in (ann, ben, other)] == [False, False, False]
        assert len({entry.comment.author for entry in (ann, ben, other)}) == 3

    async def test_the_first_answer_stays_whatever_became_of_the_comment(self, store):
        [first, *_] = await commit_all(store, published(), recalled())

        [again] = await commit_all(store, published())

        assert (again.seq, again.comment.status) == (first.seq, CommentStatus.PUBLISHED)

    @pytest.mark.parametrize("turn", TURNS)
    @pytest.mark.parametrize("status", STATUSES)
    async def test_life_of_a_comment(self, store, announced, status, turn):
        await commit_all(store, *(make() for make in STATUSES[status]))
        before = len(announced)

        result = await asyncio.gather(store.commit(in_demo(TURNS[turn]())), return_exceptions=True)

        if (after := TURNED.get((status, turn))) is not None:
            [[entry]] = result
            assert entry.comment.status is after
        else:
            is_known = turn in ("approve", "reject") or status in ("published", "recalled")
            assert outcomes(result) == [Stale if is_known else Coded]  # by number: it has none yet
            assert len(announced) == before

    async def test_a_room_that_moved_on_is_decided_again(self, store):
        await commit_all(store, RoomChanged(actor=ANN, state=RoomState(title="new")))

        with pytest.raises(Stale):
            await store.commit(in_demo(published(), room_version=Seq(1)))
        [entry] = await store.commit(in_demo(published(), room_version=Seq(2)))

        assert entry.comment.number == 1

    async def test_a_comment_that_was_decided_on_an_older_list_is_decided_again(self, store):
        await commit_all(store, words_set("one"))

        for fact in (published(), words_set("another")):
            with pytest.raises(Stale):
                await store.commit(in_demo(fact, room_version=Seq(1)))
        await store.commit(in_demo(published(), room_version=Seq(2)))

    async def test_a_standing_that_moved_on_is_decided_again(self, store):
        seen = (await store.standing(ANN)).version
        [entry] = await store.commit(on_platform(granted()))

        with pytest.raises(Stale):
            await store.commit(in_demo(published(), standing=(ANN, seen)))
        await store.commit(in_demo(published(), standing=(ANN, entry.seq)))

    async def test_versions_hold_among_those_who_wait_together(self, store):
        change = RoomChanged(actor=ANN, state=RoomState(title="new"))
        changes = (store.commit(in_demo(change, room_version=Seq(1))) for _ in range(5))

        results = await asyncio.gather(*changes, return_exceptions=True)

        assert sorted(map(str, outcomes(results))) == sorted(["written", *[str(Stale)] * 4])

    async def test_a_call_is_written_whole_or_not_at_all(self, store, announced):
        good = [in_demo(published("a")), on_platform(registered("Cleo"))]
        calls = [
            store.commit(in_demo(published("before"))),
            store.commit(*good, in_demo(recalled(99))),
            store.commit(in_demo(published("after"))),
        ]

        results = await asyncio.gather(*calls, return_exceptions=True)

        assert outcomes(results) == ["written", Coded, "written"]
        assert [entry.comment.number for entry in announced] == [1, 2]
        assert await store.credentials("Cleo") is None

    async def test_what_cannot_be_encoded_harms_only_its_sender(self, store):
        texts = ["fine", "\ud800", "fine too"]
        calls = [store.commit(in_demo(published(text, text=text))) for text in texts]

        results = await asyncio.gather(*calls, return_exceptions=True)

        assert outcomes(results) == ["written", Broken, "written"]
        assert len(await store.comments(DEMO)) == 2

    async def test_the_account_of_the_same_call_may_be_granted_powers(self, store):
        entries = await store.commit(
            on_platform(registered("Cleo")), on_platform(granted(holder=AccountId(0)))
        )

        standing = await store.standing(entries[0].account)
        assert [grant.bundle for grant in standing.grants] == [Bundle.VIEWER]
        assert standing.version == entries[1].seq

    @pytest.mark.parametrize(
        ("append", "code"),
        [
            (lambda: _in("nowhere", published()), Code.NOT_FOUND),
            (lambda: in_demo(opened()), Code.DUPLICATE),
            (lambda: in_demo(recalled(7)), Code.NOT_FOUND),
            (lambda: on_platform(registered("ANN")), Code.DUPLICATE),
            (lambda: on_platform(granted(holder=AccountId(99))), Code.NOT_FOUND),
            (lambda: on_platform(granted(holder=AccountId(0))), Code.NOT_FOUND),
            (lambda: on_platform(TokenRevoked(ANN, "t9")), Code.NOT_FOUND),
            (lambda: on_platform(PowersRevoked(ANN, "g9", actor=None)), Code.NOT_FOUND),
        ],
    )
    async def test_facts_about_what_is_not_there_are_refused(self, store, announced, append, code):
        with pytest.raises(Coded) as refusal:
            await store.commit(append())

        assert refusal.value.code is code
        assert announced == []

    async def test_a_fact_on_the_wrong_chain_is_a_defect(self, store):
        with pytest.raises(Broken):
            await store.commit(in_demo(registered("Cleo")))

    async def test_a_listener_that_fails_costs_nobody_an_answer(self, store):
        store.subscribe(lambda entries: entries[99])

        [entry] = await store.commit(in_demo(published()))

        assert entry.seq == 2

    async def test_every_entry_is_read_as_it_was_announced(self, store, announced):
        """What another server wrote is told as it would have been by that one."""
        facts = [
            published("a"),
            held("b"),
            refused("c", author=BEN),
            published("b", origin=Seq(3)),
            recalled(1, category="spoiler"),
            published("d", author=BEN),
            words_set(SECRET),
        ]
        for fact in facts:
            await store.commit(in_demo(fact))
        await store.commit(on_platform(granted()), on_platform(issued()))
        await store.commit(on_platform(PasswordChanged(ANN, "new")), on_platform(reported()))

        read = [
            *await store.recorded(DEMO, Seq(1), limit=99),
            *await store.recorded(PLATFORM, Seq(2), limit=99),
        ]

        assert read == announced
        assert await store.recorded(DEMO, Seq(2), limit=2) == announced[1:3]
        tops = await store.tops([DEMO, PLATFORM, DEMO, RoomId("nowhere")])
        assert tops == {DEMO: read[6].seq, PLATFORM: read[-1].seq}


class ReadContract:
    async def test_a_room_s_own_words_are_the_last_that_were_set_and_nothing_public(self, store):
        before = await store.room(DEMO)
        *_, last = await commit_all(
            store, words_set("one"), words_set(SECRET, action=Action.MASK), published()
        )

        row = await store.room(DEMO)
        words = await store.room_words(DEMO, row.words_seq)

        assert (before.words_seq, row.words_seq, row.version) == (None, 3, 3)
        assert words == RoomWords((SECRET,), Action.MASK)
        assert await store.room_words(DEMO, last.seq - 2) == RoomWords(("one",))
        views = await store.entries(DEMO, Seq(0), Seq(9), limit=9)
        assert [view.seq for view in views] == [1, 4]
        assert SECRET not in repr([*views, *await exported(store)])

    async def test_a_recalled_comment_leaves_every_public_place(self, store):
        await commit_all(
            store,
            published(text=SECRET),
            recalled(by=RecalledBy.ROOM, category="spoiler"),
        )

        views = [
            *await store.comments(DEMO),
            *await store.entries(DEMO, Seq(0), Seq(9), limit=9),
        ]
        segment = await store.segment(DEMO, 0, 9_000)

        assert SECRET not in repr([*views, *await exported(store)])
        assert [view.kind for view in views if view.kind is not ViewKind.ROOM] == [
            ViewKind.MARKER,
            ViewKind.MARKER,
            ViewKind.RECALL,
        ]
        assert {view.comment.category for view in views if view.comment} == {"spoiler"}
        assert (segment.views, segment.changed) == ((), 3)

    async def test_held_and_refused_comments_are_in_no_public_place(self, store):
        await commit_all(store, held("a"), refused("b"))

        assert await store.comments(DEMO) == []
        assert (await store.segment(DEMO, 0, 9_000)).changed == 0
        views = await store.entries(DEMO, Seq(0), Seq(9), limit=9)
        assert [view.kind for view in views] == [ViewKind.ROOM]

    async def test_a_recall_that_was_undone_is_still_told_and_then_undone(self, store):
        await commit_all(store, published(), recalled(category="spoiler"), restored())

        views = await store.entries(DEMO, Seq(1), Seq(9), limit=9)

        kinds = [ViewKind.COMMENT, ViewKind.RECALL, ViewKind.RESTORE]
        assert [view.kind for view in views] == kinds
        assert views[1].comment.category == "spoiler"
        assert views[1].comment.content is None
        assert views[2].comment.content.text == "hello"

    async def test_a_restore_that_was_undone_shows_nothing(self, store):
        await commit_all(store, published(text=SECRET), recalled(), restored(), recalled())

        views = await store.entries(DEMO, Seq(1), Seq(9), limit=9)

        assert [view.kind for view in views] == [
            ViewKind.MARKER,
            ViewKind.RECALL,
            ViewKind.RECALL,
        ]
        assert SECRET not in repr(views)

    async def test_sticky_entries_alone(self, store):
        await commit_all(store, published(), recalled(), restored(), published("b"))

        views = await store.entries(DEMO, Seq(1), Seq(9), limit=9, sticky_only=True)

        assert [view.kind for view in views] == [ViewKind.RECALL, ViewKind.RESTORE]

    async def test_entries_are_cut_to_their_range_and_limit(self, store):
        await commit_all(store, *(published(f"c{index}") for index in range(6)))

        views = await store.entries(DEMO, Seq(2), Seq(6), limit=3)

        assert [view.seq for view in views] == [3, 4, 5]

    async def test_a_late_comment_takes_the_next_number_and_keeps_its_place(self, store):
        await commit_all(store, held("a", position_ms=500), published("b"))
        [waiting] = await store.held(None)
        assert waiting == await store.held_comment(DEMO, Seq(2))
        assert await store.status(DEMO, Seq(2)) is CommentStatus.HELD

        [late] = await commit_all(
            store, published("a", text="approved", position_ms=500, origin=waiting.comment.origin)
        )

        assert (late.comment.origin, late.comment.number, late.comment.late) == (2, 2, True)
        segment = await store.segment(DEMO, 0, 9_000)
        assert [view.comment.number for view in segment.views] == [2, 1]
        assert await store.held(DEMO) == []
        assert await store.comment(DEMO, Number(2)) == (4, late.comment)
        assert await store.status(DEMO, Seq(2)) is CommentStatus.PUBLISHED
        assert await store.status(DEMO, Seq(4)) is None

    async def test_comments_that_wait_for_their_time_alone_are_found(self, store):
        late, soon = (replace(held(one, text=one), category=DELAY_CATEGORY) for one in "ab")
        await store.commit(*_room("another"))
        await store.commit(_in("another", replace(soon, at_ms=Millis(20))))
        await commit_all(store, held("c"), replace(late, at_ms=Millis(10)), published("d"))

        found = await store.delayed(after=None, limit=9)

        assert found == [Delayed(RoomId("another"), Seq(2), 20), Delayed(DEMO, Seq(3), 10)]
        assert await store.delayed(after=None, limit=1) == found[:1]
        assert await store.delayed(after=(found[0].room, found[0].origin), limit=9) == found[1:]

    async def test_what_was_to_appear_by_itself_is_held_once_more_for_a_person(self, store):
        waiting = replace(held("a"), category=DELAY_CATEGORY)
        [first] = await commit_all(store, waiting)

        [again] = await commit_all(store, replace(held("a"), origin=first.seq))

        assert (again.seq, again.comment.origin) == (first.seq + 1, first.seq)
        assert again.comment.status is CommentStatus.HELD
        assert await store.delayed(after=None, limit=9) == []
        [found] = await store.held(DEMO)
        assert found.fact == replace(held("a"), origin=first.seq)
        assert (found.comment.origin, found.comment.category) == (first.seq, "abuse")
        assert (await store.held_comment(DEMO, first.seq)).fact == found.fact

    async def test_what_waits_no_more_is_not_held_once_more(self, store):
        [first] = await commit_all(store, replace(held("a"), category=DELAY_CATEGORY))
        await commit_all(store, refused("a", origin=first.seq))

        with pytest.raises(Stale):
            await commit_all(store, replace(held("a"), origin=first.seq))

    async def test_held_comments_show_their_fact_oldest_first(self, store):
        await store.commit(*_room("another"))
        await store.commit(_in("another", held("a")))
        await commit_all(store, held("b", author=BEN))

        waiting = await store.held(None)

        assert [(one.room, one.author) for one in waiting] == [("another", ANN), (DEMO, BEN)]
        assert [one.fact.content.text for one in waiting] == [SECRET, SECRET]
        assert [one.room for one in await store.held(DEMO)] == [DEMO]

    async def test_held_comments_are_read_a_page_at_a_time(self, store):
        await store.commit(*_room("another"))
        await store.commit(_in("another", held("a")))
        await commit_all(store, held("b"), published("c"), held("d"))

        pages, place = [], (RoomId(""), Seq(0))
        while found := await store.held_after(place, room=None, limit=1):
            place = (found[0].room, found[0].comment.origin)
            pages.append(place)
        here = await store.held_after((RoomId(""), Seq(0)), room=DEMO, limit=9)

        assert pages == [("another", 2), (DEMO, 2), (DEMO, 4)]
        assert [(one.room, one.comment.origin) for one in here] == pages[1:]

    async def test_an_author_sees_all_of_its_own(self, store):
        await commit_all(
            store, published("a"), held("b"), refused("c"), recalled(), published("d", author=BEN)
        )

        own = await store.own(ANN, DEMO)

        assert [(one.status, one.category) for one in own] == [
            (CommentStatus.REFUSED, "abuse"),
            (CommentStatus.HELD, "abuse"),
            (CommentStatus.RECALLED, None),
        ]
        assert [one.comment.content.text for one in own] == [SECRET, SECRET, "hello"]

    async def test_the_list_is_paged_both_ways(self, store):
        await commit_all(store, *(published(f"c{index}") for index in range(5)))

        async def numbers(**page):
            return [view.comment.number for view in await store.comments(DEMO, **page)]

        assert await numbers(limit=2) == [5, 4]
        assert await numbers(before=Number(4), limit=2) == [3, 2]
        assert await numbers(after=Number(3)) == [4, 5]

    async def test_the_list_is_cut_by_media_time(self, store):
        positions = [300, 100, 200, 400]
        await commit_all(store, *(published(f"c{p}", position_ms=p) for p in positions))

        views = await store.comments(DEMO, from_ms=100, upto_ms=400)

        assert [view.comment.position_ms for view in views] == [100, 200, 300]

    async def test_a_segment_changes_with_its_own_comments_only(self, store):
        await commit_all(
            store, published("a", position_ms=100), published("b", position_ms=900), recalled(2)
        )

        assert await store.segment_changed(DEMO, 0, 500) == 2
        assert await store.segment_changed(DEMO, 500, 1_000) == 4
        assert await store.segment_changed(DEMO, 1_000, 2_000) == 0

    async def test_export_gives_every_number_once(self, store, monkeypatch):
        monkeypatch.setattr("danmaku.store.exports.PAGE_ROWS", 4)
        await commit_all(store, *(published(f"c{index}") for index in range(8)), recalled(3))

        rows = await exported(store)

        assert [row.number for row in rows] == list(range(1, 9))
        assert [row.number for row in rows if isinstance(row, Marker)] == [3]

    async def test_export_by_position_breaks_ties_by_number(self, store, monkeypatch):
        monkeypatch.setattr("danmaku.store.exports.PAGE_ROWS", 2)
        places = (5, 0, 5, 0, 7)
        drafts = [published(f"c{at}", position_ms=ms) for at, ms in enumerate(places)]
        await commit_all(store, *drafts)

        rows = [row async for page in store.exports.by_position(DEMO) for row in page]

        assert [(row.position_ms, row.number) for row in rows] == [
            (0, 2), (0, 4), (5, 1), (5, 3), (7, 5),
        ]  # fmt: skip
        later = [row async for page in store.exports.by_position(DEMO, Number(2)) for row in page]
        assert [row.number for row in later] == [4, 3, 5]

    async def test_newest_of_an_export_are_no_markers(self, store, monkeypatch):
        monkeypatch.setattr("danmaku.store.exports.PAGE_ROWS", 2)
        await commit_all(store, *(published(f"c{index}") for index in range(5)), recalled(5))

        newest = await store.exports.newest(DEMO, 3)

        assert [row.number for row in newest] == [4, 3, 2]
        assert [row.number for row in await store.exports.newest(DEMO, 9)] == [4, 3, 2, 1]

    async def test_newest_looks_through_so_many_markers_and_no_more(self, store, monkeypatch):
        monkeypatch.setattr("danmaku.store.exports.PAGE_ROWS", 2)
        monkeypatch.setattr("danmaku.store.exports.PASSED_MAX", 2)
        await commit_all(store, *(published(f"c{index}") for index in range(8)))
        await commit_all(store, *(recalled(number) for number in range(3, 8)))

        assert [row.number for row in await store.exports.newest(DEMO, 9)] == [8]

    async def test_export_says_what_the_list_says(self, store):
        await commit_all(
            store, *(published(f"c{index}") for index in range(3)), recalled(1), recalled(2)
        )
        await commit_all(store, restored(1))

        listed = [fields_of(view) for view in await store.comments(DEMO, after=Number(0))]

        lines = written(await exported(store)).splitlines()
        assert [json.loads(line) for line in lines] == listed
        assert [list(json.loads(line)) for line in lines] == [list(each) for each in listed]

    async def test_rooms_are_numbered_as_they_open(self, store):
        await store.commit(*_room("another"))
        await store.commit(*_room("b"), *_room("a"))

        numbers = {row.room: row.number for row in await store.rooms()}

        assert numbers == {DEMO: 1, "another": 2, "b": 3, "a": 4}
        assert (await store.room_numbered(RoomNumber(3))).room == "b"
        assert await store.room_numbered(RoomNumber(5)) is None

    async def test_titles_of_rooms_have_another_stamp_whenever_one_has_changed(self, store):
        stamps = [await store.titles.stamp()]
        await store.commit(*_room("b"), *_room("a"))
        stamps.append(await store.titles.stamp())
        changed = RoomChanged(None, RoomState(title="Another"))
        await store.commit(Append(RoomId("b"), changed))
        stamps.append(await store.titles.stamp())
        await commit_all(store, published())

        assert len(set(stamps)) == 3
        assert await store.titles.stamp() == stamps[-1]
        rooms = await store.titles.after(RoomNumber(1), limit=5)
        assert [(one.room, one.number, one.title) for one in rooms[:1]] == [("b", 2, "Another")]
        assert [one.room for one in await store.titles.after(RoomNumber(2), limit=5)] == ["a"]

    async def test_rooms_in_the_order_of_their_ids(self, store):
        await store.commit(*_room("another"))
        await commit_all(store, published())

        rooms = await store.rooms()

        assert [room.room for room in rooms] == ["another", DEMO]
        assert [room.room for room in await store.rooms(after=RoomId("another"))] == [DEMO]
        assert (await store.room(DEMO)).comments_count == 1
        assert await store.room(RoomId("nowhere")) is None

    async def test_ids_are_ordered_by_code_point_and_not_as_a_language_would(self, store):
        ids = ["a-c", "a1", "a_b", "aa", "ab-", "b"]
        for room in ids:
            await store.commit(*_room(room))

        found = [row.room for row in await store.rooms()]
        paged = [row.room for room in ids for row in await store.rooms(after=room, limit=1)]

        assert found == [*ids, DEMO]
        assert paged == [*ids[1:], DEMO]

    async def test_reports_newest_first(self, store):
        [first] = await store.commit(on_platform(reported("r1")))
        await store.commit(on_platform(reported("r2", reporter=BEN)))
        joining = replace(reported("r2", reporter=BEN), case_id=f"r{first.seq}")

        reports = await store.reports()

        assert [report.fact for report in reports] == [joining, reported("r1")]

    async def test_rules_are_recorded(self, store):
        [entry] = await store.commit(on_platform(RulesActivated("7", rules=12, actor=BEN)))

        assert (entry.chain, entry.fact.rules) == (PLATFORM, 12)


class AccountsContract:
    async def test_logins_compare_without_case(self, store):
        assert (await store.credentials("aNN")).account == ANN
        assert await store.credentials("nobody") is None

    async def test_a_namesake_holds_more_powers_than_a_viewer_and_holds_them_now(self, store):
        likeness = likeness_of((await store.standing(ANN)).name)
        assert not await store.has_namesake(likeness, Millis(0))

        await store.commit(on_platform(granted("g1", bundle=Bundle.VIEWER)))
        assert not await store.has_namesake(likeness, Millis(0))

        await store.commit(on_platform(granted("g2", bundle=Bundle.STREAMER, until_ms=Millis(100))))
        assert await store.has_namesake(likeness, Millis(99))
        assert not await store.has_namesake(likeness, Millis(100))
        assert not await store.has_namesake("somebody", Millis(99))

    async def test_a_changed_password_is_what_counts(self, store):
        await store.commit(on_platform(PasswordChanged(ANN, "new hash")))

        assert (await store.credentials("Ann")).password_hash == "new hash"

    async def test_powers_come_and_go(self, store):
        await store.commit(on_platform(granted("g1")), on_platform(granted("g2", room=DEMO)))
        await store.commit(on_platform(PowersRevoked(ANN, "g1", actor=BEN)))

        assert [grant.grant_id for grant in (await store.standing(ANN)).grants] == ["g2"]

    async def test_a_token_is_good_until_it_expires_or_is_revoked(self, store):
        await store.commit(on_platform(issued(expires_ms=Millis(100), room=DEMO)))

        assert await store.token(b"digest", Millis(99)) == (ANN, DEMO)
        assert await store.token(b"digest", Millis(100)) is None
        [row] = await store.tokens(ANN, Millis(99))
        assert (row.token_id, row.label, row.room) == ("t1", "my phone", DEMO)

        await store.commit(on_platform(TokenRevoked(ANN, "t1")))
        assert await store.token(b"digest", Millis(99)) is None
        assert await store.tokens(ANN, Millis(99)) == []

    async def test_a_session_is_good_until_it_ends(self, store):
        for digest in (b"one", b"two", b"three"):
            await store.open_session(digest, ANN, Millis(2_000_000_000_000))

        assert (await store.session(b"one", Millis(5)))[0] == ANN
        assert await store.session(b"one", Millis(2_000_000_000_000)) is None
        await store.close_session(b"one")
        await store.close_sessions(ANN, but=b"two")
        found = [await store.session(digest, Millis(5)) for digest in (b"one", b"two", b"three")]
        assert [one and one[0] for one in found] == [None, ANN, None]

    async def test_a_session_lasts_longer_when_it_is_used_but_no_longer_than_it_may(self, store):
        terms = SessionTerms(life_ms=1_000, idle_ms=400, apart_ms=100)
        for digest in (b"used", b"left"):
            await store.open_session(digest, ANN, Millis(3_000), session_id=digest.decode())

        async def use(after_ms):
            """What is known of it then: its last use, and its end."""
            rows = {row.session_id: row for row in await store.sessions(ANN, Millis(5))}
            used = rows["used"]
            uses = {digest: Millis(used.opened_ms + after_ms) for digest in (b"used", b"none")}
            await store.use_sessions(uses, terms)
            rows = {row.session_id: row for row in await store.sessions(ANN, Millis(5))}
            assert rows["left"].until_ms == 3_000
            told = rows["used"]
            return told.used_ms - told.opened_ms, told.until_ms - told.opened_ms

        assert await use(99) == (0, 3_000 - await opening_of(store, "used"))  # too soon
        assert [await use(after_ms) for after_ms in (300, 350, 650)] == [
            (300, 700),
            (300, 700),
            (650, 1_000),
        ]
        assert await use(1_000) == (650, 1_000)  # it is over

    async def test_a_reset_is_good_once(self, store):
        await store.open_reset(b"once", ANN, Millis(100))

        assert await store.take_reset(b"once", Millis(100)) is None
        assert await store.take_reset(b"once", Millis(99)) == ANN
        assert await store.take_reset(b"once", Millis(99)) is None


def _in(room, fact):
    return Append(RoomId(room), fact)


def _room(room):
    return [_in(room, opened())]
