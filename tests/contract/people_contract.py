"""What every store tells of people and of those who keep rooms; see `store_contract`."""

import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import and_, select

from danmaku.domain.account import Bundle
from danmaku.domain.credit import Turn
from danmaku.domain.features import Feature, FeatureState
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Number, Seq
from danmaku.domain.naming import NameState, Surface
from danmaku.domain.people_facts import LevelSet
from danmaku.domain.phone_codes import LIFE_MS, TRIES_MAX, Expected
from danmaku.domain.privacy import CASE_DAYS
from danmaku.domain.times import DAY_MS
from danmaku.errors import Code, Coded, Stale
from danmaku.store import schema
from danmaku.store.verify import Finding, verify_chain
from tests.contract.facts import (
    ANN,
    BEN,
    DEMO,
    PEOPLE_FACTS,
    SECRET,
    document_issued,
    granted,
    held,
    in_demo,
    issued,
    liked,
    named,
    on_platform,
    published,
    recalled,
    refused,
    registered,
    reported,
)
from tests.contract.tampering import ACTS

BEFORE = (
    granted(),
    granted("g2", bundle=Bundle.CHIEF_EDITOR, holder=BEN),
    issued(),
    issued("t2", digest=b"2"),
    reported(),
)
SAID = (
    published("a", author=BEN),
    published("b", author=BEN),
    recalled(2, actor=BEN),
    held("c", author=BEN),
    refused("d"),
    liked(1, actor=ANN),
    liked(1),
    liked(1, stands=False),
)
WITH_BODIES = select(schema.entry.c.kind).join_from(
    schema.entry,
    schema.body,
    and_(schema.body.c.chain == schema.entry.c.chain, schema.body.c.seq == schema.entry.c.seq),
)
LATER_MS = Millis(10 * CASE_DAYS * DAY_MS)


class PeopleContract:
    @pytest.fixture
    async def peopled(self, store):
        """A record in which everything happened once that can be recorded of people."""
        for fact in (*BEFORE, *PEOPLE_FACTS):
            await store.commit(on_platform(fact))
        for fact in SAID:
            await store.commit(in_demo(fact))
        return store

    async def test_reports_and_proposals_are_found_with_what_became_of_them(self, peopled):
        [report] = await peopled.room_reports(DEMO)
        [[filed_ms, answered_ms]] = await peopled.answers(DEMO, limit=5)
        [settled] = await peopled.proposals(bundle=Bundle.STREAMER, room=DEMO, waiting=False)
        [waiting] = await peopled.proposals(bundle=Bundle.MODERATOR, account=BEN)

        assert (report, report.seq) == (await peopled.report(Seq(7)), 7)
        assert filed_ms < answered_ms
        assert settled == await peopled.proposal("p1")
        assert waiting == await peopled.proposal("p2")
        assert await peopled.keepers(DEMO) == []
        assert await peopled.keeper("part") is None
        assert await peopled.hidden(DEMO) == {}

    async def test_names_that_wait_and_those_that_stand_are_found(self, peopled):
        stands = await peopled.standing_naming(Surface.NAME, str(BEN))
        [entry] = await peopled.commit(on_platform(named(account=ANN)))

        assert (stands.fact.actor, stands.fact.text, stands.is_over) == (ANN, SECRET, False)
        assert (await peopled.naming(stands.fact.decides)).is_over
        assert await peopled.standing_naming(Surface.TITLE, DEMO) is not None
        assert await peopled.standing_naming(Surface.SUMMARY, DEMO) is None
        assert [row.seq for row in await peopled.waiting_names()] == [entry.seq]
        assert (await peopled.standing(ANN)).name == "user 3f9a"

    async def test_a_name_decided_on_as_it_no_longer_stands_is_refused(self, peopled):
        stands = await peopled.standing_naming(Surface.NAME, str(BEN))
        for decides in (None, stands.fact.decides):
            late = named(NameState.SHOWN, actor=ANN, decides=decides)
            with pytest.raises(Stale):
                await peopled.commit(on_platform(late))

        assert await peopled.standing_naming(Surface.NAME, str(BEN)) == stands

    async def test_of_two_who_issue_one_version_at_once_the_first_does(self, peopled):
        second = [document_issued(version=2, effective_ms=1)]
        await peopled.commit(on_platform(document_issued(version=2)))

        for late in (second, [document_issued(version=3), document_issued(version=3)]):
            with pytest.raises(Stale):
                await peopled.commit(*map(on_platform, late))

        _, newest = await peopled.editions()
        assert (newest.version, newest.effective_ms) == (2, 0)

    async def test_a_name_comes_with_the_account_that_is_registered(self, peopled):
        held = named(account=AccountId(0))
        *_, entry = await peopled.commit(on_platform(registered("new")), on_platform(held))

        assert (await peopled.standing_naming(Surface.NAME, str(entry.account))).seq == entry.seq
        assert (await peopled.standing(entry.account)).name == "user 3f9a"

    async def test_a_ledger_counts_the_comments_that_stand_by_day(self, peopled):
        ledger = await peopled.ledger(BEN)

        assert (ledger.ledger.clean, ledger.level) == ({0: 1}, 3)
        assert [row.account for row in await peopled.ledgers(after=ANN, limit=5)] == [BEN]

    async def test_level_decided_on_an_old_version_of_the_account_is_refused(self, peopled):
        row = await peopled.ledger(BEN)
        on_it = {"standing": (BEN, row.version)}
        first, second = await asyncio.gather(
            *(peopled.commit(on_platform(LevelSet(BEN, 1, 100, 1), **on_it)) for _ in range(2)),
            return_exceptions=True,
        )

        assert {type(first), type(second)} == {list, Stale}
        assert (await peopled.ledger(BEN)).version > row.version

    async def test_of_several_who_would_reckon_everybody_one_does(self, peopled):
        at_once = [peopled.take_survey("1", Millis(5)) for _ in range(4)]
        turns = await asyncio.gather(*at_once)
        await peopled.end_survey("1", Millis(6))

        assert sorted(turn.name for turn in turns) == ["TAKEN"] * 3 + ["YOURS"]
        assert await peopled.take_survey("1", Millis(7)) is Turn.OVER
        assert await peopled.take_survey("2", Millis(7)) is Turn.YOURS

    async def test_features_stand_as_was_said_last(self, peopled):
        state = (await peopled.features())[Feature.LIKES]

        assert state == FeatureState(is_approved=True, is_on=True, reference="no. 2")

    async def test_likes_are_counted_once_an_account_and_taken_back(self, peopled):
        again = (await peopled.commit(in_demo(liked(1, actor=ANN))))[0]
        more = (
            await peopled.commit(
                in_demo(liked(1)), in_demo(liked(1, stands=False)), in_demo(liked(1))
            )
        )[-1]

        assert (again.repeated, again.fact.likes) == (True, 1)
        assert (more.repeated, more.fact.likes) == (False, 2)
        assert await peopled.likes(DEMO, [Number(1), Number(9)]) == {1: 2}
        assert await peopled.liked(DEMO, BEN, [Number(1)]) == {1}
        assert await peopled.liked(DEMO, BEN, [Number(2)]) == set()
        assert [like.number async for like in peopled.personal.own_likes(BEN)] == [1]

    async def test_two_accounts_may_like_at_once_and_one_account_likes_once(self, peopled):
        both = [liked(1), liked(1), liked(1, actor=ANN)]
        entries = await asyncio.gather(*(peopled.commit(in_demo(one)) for one in both))

        assert sorted(entry.repeated for [entry] in entries) == [False, True, True]
        assert await peopled.likes(DEMO, [Number(1)]) == {1: 2}

    @pytest.mark.parametrize(
        "fact", [liked(2), liked(99), liked(2, stands=False)], ids=["recalled", "none", "not liked"]
    )
    async def test_what_cannot_be_liked_is_not_found(self, peopled, fact):
        with pytest.raises(Coded) as refused_:
            await peopled.commit(in_demo(fact))

        assert refused_.value.code is Code.NOT_FOUND

    async def test_what_is_held_about_a_person_is_found(self, peopled):
        own = peopled.personal
        first, *others = await own.own_comments(BEN, after=None, limit=1)
        rest = await own.own_comments(BEN, after=(DEMO, first.comment.origin), limit=9)
        kinds = [entry.kind async for entry in own.own_entries(BEN)]

        assert (others, len(rest)) == ([], 2)
        assert {one.comment.origin for one in await own.newest_own(BEN, limit=9)} == {
            one.comment.origin for one in (first, *rest)
        }
        assert len(await own.left_behind(BEN, limit=9)) == 2
        assert {"account_registered", "measure_taken", "level_set"} <= {*kinds}
        assert not {"disclosure_asked", "disclosure_agreed", "identity_read"} & {*kinds}
        assert await own.leaving(since_ms=Millis(0)) == [ANN]
        assert await own.closed_ms(ANN) is not None
        assert await own.holders(Bundle.CHIEF_EDITOR, Millis(0)) == ["user 3f9a"]

    @pytest.mark.parametrize("chain", [PLATFORM, DEMO])
    @pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
    async def test_rows_touched_by_hand_are_found_and_the_first_is_named(self, peopled, act, chain):
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(peopled.copies.signer.key))

        def touch(connection):
            with connection.begin_nested() as point:
                seq = act(connection, chain)
                steps = list(verify_chain(connection, chain, key))
                point.rollback()
            return (chain, seq), [(one.chain, one.seq) for one in steps if isinstance(one, Finding)]

        touched, found = await peopled._work(touch)
        assert found == [touched]

    async def test_what_happened_is_recounted(self, peopled):
        far = await peopled.recount.recount(LATER_MS)
        near = await peopled.recount.recount(Millis(0))

        assert far.kinds["level_set"].day_count == 0
        assert near.kinds["level_set"].day_count == near.kinds["level_set"].count == 2
        newest = [one.at_ms async for one in peopled.personal.own_entries(BEN)][-1]
        assert max(one.newest_ms for one in far.kinds.values()) >= newest

    @pytest.mark.parametrize("entries", [1, 2, 3])
    async def test_a_recount_is_the_same_however_it_is_cut(self, peopled, monkeypatch, entries):
        whole = await peopled.recount.recount(Millis(0))
        monkeypatch.setattr("danmaku.store.recount.STRETCH_ENTRIES", entries)

        assert await peopled.recount.recount(Millis(0)) == whole

    async def test_what_is_due_is_destroyed_and_the_record_stays_sound(self, peopled):
        destroyed = {}
        while (step := await peopled.retention.destroy_due(LATER_MS)).has_more:
            for word, count in step.counts.items():
                destroyed[word] = destroyed.get(word, 0) + count

        assert {word for word, count in destroyed.items() if count} == {
            "account",
            "comment",
            "legal_hold",
            "report",
        }
        left = await peopled._work(lambda connection: connection.scalars(WITH_BODIES).all())
        assert not {"disclosure_asked", "identity_read"} & {*left}

    async def test_of_tries_at_once_each_counts_and_the_right_code_is_used_once(self, store):
        expected = Expected("123456", "+8613800138000", Millis(LIFE_MS))

        await store.vault.expect_code(ANN, expected)
        right = await asyncio.gather(*(store.vault.try_code(ANN, "123456") for _ in range(3)))
        await store.vault.expect_code(ANN, expected)
        wrong = [store.vault.try_code(ANN, f"00000{number}") for number in range(TRIES_MAX)]
        await asyncio.gather(*wrong)

        assert sorted(right, key=str) == ["+8613800138000", None, None]
        assert await store.vault.try_code(ANN, "123456") is None
