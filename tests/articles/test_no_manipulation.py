"""Order follows from numbers, and nothing but an entry changes what is shown.

Article: Article.NO_MANIPULATION
"""

import asyncio
import importlib
import pkgutil
from typing import get_args

import pytest

from danmaku import web
from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft
from danmaku.domain.facts import (
    CommentHeld,
    CommentLiked,
    CommentPublished,
    CommentRecalled,
    CommentRefused,
    CommentRestored,
    Fact,
    RoomChanged,
    RoomFact,
    RoomOpened,
    RoomWordsSet,
)
from danmaku.domain.room import RoomPolicy, RoomState
from danmaku.errors import Code, Refused
from danmaku.store.verify import Progress, Sound, verify
from tests.articles.verbs import bearer
from tests.filed import assessed

ORDERING = ("boost", "pin", "sort", "order", "weight", "rank", "promote", "bump", "priority")


def test_no_fact_and_no_setting_of_a_room_says_where_a_comment_stands():
    kinds = [*get_args(Fact), RoomState, RoomPolicy]
    names = {field for kind in kinds for field in kind.__dataclass_fields__}

    assert sorted(name for name in names if name.split("_")[0] in ORDERING) == []


def test_every_fact_about_a_comment_names_whose_act_it_is():
    about_comments = {
        CommentPublished: {"actor", "author"},
        CommentHeld: {"author", "category"},
        CommentRefused: {"actor", "author", "category"},
        CommentRecalled: {"actor", "by", "category"},
        CommentRestored: {"actor"},
        CommentLiked: {"actor"},
    }
    about_rooms = {RoomOpened, RoomChanged, RoomWordsSet}

    assert set(get_args(RoomFact)) == set(about_comments) | about_rooms
    for fact, named in about_comments.items():
        assert named <= set(fact.__dataclass_fields__)


def writing_routes():
    for module in pkgutil.iter_modules(web.__path__, "danmaku.web."):
        router = getattr(importlib.import_module(module.name), "router", None)
        for route in getattr(router, "routes", ()):
            if getattr(route, "methods", None) and route.methods - {"GET", "HEAD"}:
                yield route.path


def test_no_route_that_writes_is_named_after_an_order():
    writing = {*writing_routes()}
    words = {word for path in writing for word in path.replace("{", "/").split("/")}

    assert writing
    assert words.isdisjoint(ORDERING)


async def test_list_is_in_order_of_numbers_and_replay_of_positions_whoever_wrote(site):
    room = await site.room()
    judge = await site.person("judge", Bundle.REVIEWER)
    people = [await site.person("ann"), judge, await site.person("ben")]
    for n, position_ms in enumerate((9_000, 1_000, 5_000)):
        draft = Draft(f"c-{n}", f"comment {n}", position_ms=position_ms)
        await site.core.comments.post(people[n].who, room, draft)
    reader = site.core.store

    by_number = await reader.comments(room, after=0)
    by_position = (await reader.segment(room, 0, 60_000)).views

    assert [view.comment.number for view in by_number] == [1, 2, 3]
    assert [view.comment.number for view in by_position] == [2, 3, 1]


async def test_hidden_comment_stays_counted_and_marked_and_staff_leave_their_own(site):
    room = await site.room()
    judge = await site.person("judge", Bundle.REVIEWER)
    for n, person in enumerate((await site.person("ann"), judge)):
        await site.core.comments.post(person.who, room, Draft(f"c-{n}", f"comment {n}"))
    other = await site.person("other", Bundle.REVIEWER)
    for number in (1, 2):
        await site.core.comments.recall(other.who, room, number, "spam")

    with pytest.raises(Refused) as refused:
        await site.core.comments.restore(judge.who, room, 2)

    assert refused.value.code is Code.OWN_INTEREST
    assert [one["kind"] for one in await site.listed(room)] == ["marker", "marker"]


async def test_likes_are_counted_once_an_account_and_move_nothing(site):
    room = await site.room()
    people = {name: await site.person(name) for name in ("ann", "ben", "cleo")}
    for person in people.values():
        await site.core.comments.post(person.who, room, Draft(f"c-{person.who.login}", "hello"))
    await switched_on(site)
    before = await listed(site, room)

    for liker in ("ben", "ben", "cleo"):
        path = f"/api/rooms/{room}/comments/1/like"
        sent = await site.api.put(path, headers=bearer(people[liker]))
    after = await listed(site, room)

    assert sent.json()["likes"] == 2
    assert (before.pop("likes"), after.pop("likes")) == ({}, {"1": 2})
    assert before == after
    [verdict] = [it for it in await proofs_of(site) if it.chain == room]
    assert isinstance(verdict, Sound)


async def test_likes_are_off_until_their_assessment_is_approved(site):
    room = await site.room()
    ann, olga = await site.person("ann"), await site.person("olga", Bundle.OPERATOR)
    await site.core.comments.post(ann.who, room, Draft("c-1", "hello"))

    switched = await site.api.post("/api/features/likes", json={"on": True}, headers=bearer(olga))
    liked = await site.api.put(f"/api/rooms/{room}/comments/1/like", headers=bearer(olga))

    assert (switched.status_code, switched.json()["code"]) == (403, Code.NOT_GRANTED)
    assert (liked.status_code, liked.json()["code"]) == (403, Code.NOT_GRANTED)
    assert 'class="row-like"' not in (await site.api.get(f"/rooms/{room}")).text


async def switched_on(site):
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    rey = await site.person("rey", Bundle.REVIEWER)
    await assessed(site.core.filing.filings, rey.who, eve.who)
    sent = await site.api.post("/api/features/likes", json={"on": True}, headers=bearer(eve))
    sent.raise_for_status()


async def listed(site, room):
    return (await site.api.get(f"/api/rooms/{room}/comments")).raise_for_status().json()


async def proofs_of(site):
    steps = []
    settings = site.core.settings.store
    await asyncio.to_thread(verify, settings, steps.append)
    return [step for step in steps if not isinstance(step, Progress)]
