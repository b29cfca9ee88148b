"""What authors see of their own comments is what the public sees, or they were told why not."""

from random import Random

import pytest

from danmaku.actions.appeals import AppealDraft
from danmaku.domain.account import Bundle
from danmaku.domain.cases import CaseOutcome
from danmaku.domain.comment import CommentStatus, RecalledBy
from danmaku.domain.rulings import Decision
from danmaku.errors import Refused
from tests.unit.actions.house import DEMO, house_on

TEXTS = ("good words", "callme later", "buynow cheap", "darn it")
ACTS = 60


async def say(house, people, chance):
    await house.say(people["ann"], f"{chance.choice(TEXTS)} {chance.random()}")


async def judge_held(house, people, chance):
    for held in (await house.moderation.held(people["rey"], None))[:1]:
        if chance.random() < 0.5:
            await house.moderation.approve(people["rey"], DEMO, held.comment.origin)
        else:
            await house.moderation.reject(people["rey"], DEMO, held.comment.origin, "spam")


async def recall(house, people, chance):
    who = chance.choice(("ann", "mod", "rey"))
    number = chance.randint(1, 20)
    await house.comments.recall(people[who], DEMO, number, None if who == "ann" else "spam")


async def restore(house, people, chance):
    await house.comments.restore(people["rey"], DEMO, chance.randint(1, 20))


async def appeal(house, people, chance):
    own = await house.store.own(people["ann"].account, DEMO)
    one = chance.choice([each.comment for each in own])
    await house.offices.casework.appeals.appeal(
        people["ann"], AppealDraft("no", room=DEMO, number=one.number, origin=one.origin)
    )


async def decide(house, people, chance):
    work = house.offices.casework
    for name in ("ria", "rey"):
        if (claimed := await work.cases.claim_next(people[name])) is not None:
            outcome = chance.choice((CaseOutcome.UPHELD, CaseOutcome.REJECTED))
            await work.rulings.decide(people[name], claimed.case.case_id, Decision(outcome))


async def require_agreement(house, ann):
    public = await house.texts()
    measures = await house.offices.measures.own(ann)
    told = {row.fact.measure.number for row in measures if not row.is_reversed}
    for own in await house.store.own(ann.account, DEMO):
        comment = own.comment
        if own.status is CommentStatus.PUBLISHED:
            assert public[comment.number] == comment.content.text
        elif own.status is CommentStatus.RECALLED:
            assert public[comment.number] is None
            assert comment.by is RecalledBy.AUTHOR or comment.number in told
        else:
            assert comment.number is None
            assert own.category


@pytest.mark.parametrize("seed", [1, 2])
async def test_no_comment_stands_otherwise_than_its_author_knows(tmp_path, seed):
    chance = Random(seed)  # noqa: S311 -- chance that can be had again
    async with house_on(tmp_path) as house:
        people = await house.cast(
            ann=None, mod=(Bundle.MODERATOR, DEMO), rey=Bundle.REVIEWER, ria=Bundle.REVIEWER
        )
        await house.room()
        done = 0
        for _ in range(ACTS):
            house.clock.now_ms += 60_000
            act = chance.choice((say, say, judge_held, recall, restore, appeal, decide))
            try:
                await act(house, people, chance)
                done += 1
            except (Refused, IndexError):
                pass  # there was nothing for it to act on
            people["ann"] = await house.people.known("ann")
            await require_agreement(house, people["ann"])
        assert done > ACTS // 3
