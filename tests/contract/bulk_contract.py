"""What every store tells of many comments that are looked at again; see `store_contract`."""

from dataclasses import replace

import pytest

from danmaku.config import IN_MEMORY, StoreSettings
from danmaku.domain.bulk_recalls import Pick
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.domain.rule_facts import (
    BackScanBegun,
    BackScanTurned,
    BulkRecallPlanned,
    ScanPhase,
    Treatment,
)
from danmaku.domain.rule_reports import Sift
from danmaku.errors import Stale
from danmaku.store.sift import Sifter
from tests.contract.facts import (
    ANN,
    BEN,
    DEMO,
    SECRET,
    in_demo,
    on_platform,
    opened,
    published,
    recalled,
    restored,
)

FILM = RoomId("film")
LATER = Millis(900_000)
ANYBODYS = Pick("flood", but=BEN)


async def looked(store, pick, *, room=None, since_ms=None, upto_ms=LATER, acts=False):
    """What a look gives: the report of it, or the places that it would act on."""
    sifter = Sifter(StoreSettings(url=IN_MEMORY), store.readers)
    sift = Sift(upto_ms, since_ms, room, acts=acts, pick=pick)
    sifted = [each async for each in sifter.sift(sift, (), ())]
    if not acts:
        return sifted[-1].picked if sifted else None
    return [(hit.room, hit.number) for each in sifted for hit in each.hits]


class BulkContract:
    async def test_what_is_pinned_is_what_is_acted_on(self, store):
        await store.commit(opened_film())
        for n in range(1, 4):
            await store.commit(in_demo(published(client_id=f"a{n}")))
            await store.commit(replace(in_demo(published(client_id=f"f{n}")), chain=FILM))
        picked = await looked(store, ANYBODYS)
        await store.commit(in_demo(recalled(2)))
        await store.commit(in_demo(restored(2)))
        await store.commit(in_demo(recalled(3)))
        await store.commit(in_demo(published(client_id="late")))

        pinned = replace(ANYBODYS, tops=picked.tops)
        assert (picked.comments, picked.rooms) == (6, {DEMO: 3, FILM: 3})
        assert await looked(store, pinned, acts=True) == [
            *((DEMO, 1), (FILM, 1), (FILM, 2), (FILM, 3))
        ]

    async def test_it_is_narrowed_by_author_room_and_period(self, store):
        await store.commit(opened_film())
        await store.commit(in_demo(published(client_id="a1")))
        await store.commit(replace(in_demo(published(client_id="f1")), chain=FILM))
        by_ben = published(client_id="b1", author=BEN)
        await store.commit(in_demo(by_ben))

        asked = replace(ANYBODYS, author=ANN)
        assert (await looked(store, asked)).comments == 2
        assert (await looked(store, asked, room=FILM)).rooms == {FILM: 1}
        assert (await looked(store, replace(asked, author=BEN))).own == 1
        assert await looked(store, asked, upto_ms=by_ben.at_ms) is None
        assert (await looked(store, asked, since_ms=by_ben.at_ms)).comments == 2

    async def test_what_was_restored_is_told(self, store):
        await store.commit(in_demo(published(client_id="a1")))
        await store.commit(in_demo(recalled(1)))
        await store.commit(in_demo(restored(1)))

        picked = await looked(store, ANYBODYS)
        assert (picked.comments, picked.restored) == (1, 1)

    async def test_bulk_recalls_and_back_scans_are_listed_apart(self, store):
        scan = BackScanBegun("v1", Treatment.HOLD, None, None, Millis(9), 10, 2, ANN, secret=SECRET)
        recall = BulkRecallPlanned("flood", Millis(9), 2, ANN, BEN, tops={DEMO: Seq(5)}, why=SECRET)
        [first] = await store.commit(on_platform(scan))
        [second] = await store.commit(on_platform(recall))

        lives = store.rule_lives
        [one], [other] = await lives.scans(BackScanBegun), await lives.scans(BulkRecallPlanned)
        assert (one.scan, one.phase, one.fact) == (first.seq, ScanPhase.RUNNING, scan)
        assert (other.scan, other.phase, other.fact) == (second.seq, ScanPhase.PLANNED, recall)

        await store.commit(on_platform(BackScanTurned(second.seq, ScanPhase.RUNNING, 1, 1)))
        assert await lives.scans(BulkRecallPlanned, ScanPhase.PLANNED) == []
        [running] = await lives.scans(BulkRecallPlanned, ScanPhase.RUNNING)
        assert (running.scan, running.hits) == (second.seq, 1)

    async def test_of_two_who_turn_such_work_the_first_does(self, store):
        recall = BulkRecallPlanned("flood", Millis(9), 2, ANN)
        [planned] = await store.commit(on_platform(recall))
        turn = BackScanTurned(planned.seq, ScanPhase.RUNNING, 0, 0, actor=BEN)
        await store.commit(on_platform(turn))
        with pytest.raises(Stale):  # it is executed once
            await store.commit(on_platform(turn))
        for phase in (ScanPhase.STOPPED, ScanPhase.STOPPED, ScanPhase.UNDOING):
            await store.commit(on_platform(replace(turn, phase=phase)))
        for phase in (ScanPhase.STOPPED, ScanPhase.ENDED, ScanPhase.RUNNING, ScanPhase.UNDOING):
            with pytest.raises(Stale):
                await store.commit(on_platform(replace(turn, phase=phase, actor=None)))

        [row] = await store.rule_lives.scans(BulkRecallPlanned)
        assert (row.phase, row.turned.actor) == (ScanPhase.UNDOING, BEN)

    async def test_a_public_id_leads_to_its_account_in_its_room_alone(self, store):
        await store.commit(opened_film())
        await store.commit(in_demo(published(client_id="a1")))
        name = await store.pseudonym(DEMO, ANN)

        assert await store.account_of(DEMO, name) == ANN
        assert await store.account_of(FILM, name) is None


def opened_film():
    return replace(in_demo(opened()), chain=FILM)
