"""What is given away of a record, searched and counted in it, whichever database it lies in."""

from danmaku import verifier
from danmaku.domain.cases import CaseKind, CaseOutcome
from danmaku.domain.comment import RecalledBy
from danmaku.domain.ids import PLATFORM, Millis
from danmaku.domain.inspection import CaseTimed, Period
from danmaku.domain.search import words_of
from tests.contract.facts import DEMO, held, in_demo, on_platform, published, recalled

EVER = Period(Millis(0), Millis(4_000_000_000_000))


class CopiesContract:
    async def test_copies_of_chains_and_heads_are_whole(self, store, tmp_path):
        for name in ("a", "b", "c"):
            await store.commit(in_demo(published(name, text=f"弹幕 {name}")))
        await store.commit(in_demo(held("d")))
        await store.commit(in_demo(recalled(1)))

        for chain in (DEMO, PLATFORM):
            path = tmp_path / "copy"
            copy = [chunk async for chunk in await store.copies.chain(chain)]
            path.write_bytes(b"".join(copy))
            [said] = verifier.check(path, None, None)
            assert said.startswith(f"{chain}: whole up to entry"), said
        path.write_bytes(b"".join([chunk async for chunk in store.copies.heads()]))
        [said] = verifier.check(path, None, None)
        assert said.startswith("heads: ")

    async def test_words_are_found_in_what_is_shown_now(self, store):
        for name in ("a", "b", "c"):
            await store.commit(in_demo(published(name, text=f"弹幕 {name}")))
        await store.commit(in_demo(recalled(2)))

        found = await store.search.find(DEMO, words_of("弹幕"), before=None, limit=10)

        assert [view.comment.number for view in found.views] == [3, 1]
        assert found.before is None

    async def test_numbers_are_counted_from_the_entries(self, store):
        for name in ("a", "b", "c"):
            await store.commit(in_demo(published(name)))
        await store.commit(in_demo(recalled(2, by=RecalledBy.PLATFORM, category="spam")))
        fact = CaseTimed(CaseKind.APPEAL, CaseOutcome.PARTLY, "spam", Millis(1), 0)
        await store.commit(on_platform(fact))

        figures = await store.figures(EVER)
        assert figures.kinds[DEMO, "comment_published"] == 3
        assert figures.recalled == {("platform", "spam"): 1}

        told = await store.public_figures.count(Millis(5))
        [share] = told.rooms
        assert (share.room, share.published_count) == (DEMO, 3)
        assert share.hidden == {RecalledBy.PLATFORM: 1}
        assert told.recalled[RecalledBy.PLATFORM].count == 1
        assert told.overturned_share == 1.0
