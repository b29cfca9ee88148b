from danmaku.domain.comment import RecalledBy
from danmaku.domain.ids import Millis, Seq
from danmaku.store.verdicts import Decision, scan_judged
from tests.contract.facts import (
    DEMO,
    held,
    in_demo,
    on_platform,
    opened,
    published,
    recalled,
    refused,
    registered,
    restored,
)
from tests.unit.store.test_sqlite import open_store, settings

FACTS = (
    *(opened(), published("c1", text="kept"), published("c2", text="taken back by ann")),
    *(published("c3", text="recalled"), published("c4", text="restored")),
    *(held("c5", text="approved"), held("c6", text="refused"), held("c7", text="waits")),
    refused("c8", text="refused by the filter"),
    *(recalled(2), recalled(3, by=RecalledBy.ROOM, category="spam")),
    *(recalled(4, by=RecalledBy.PLATFORM), restored(4)),
    published("c5", text="approved", origin=Seq(6)),
    refused("c6", text="refused", origin=Seq(7)),
)


async def test_what_people_have_decided_comes_with_what_the_filter_said(tmp_path):
    store = await open_store(tmp_path)
    await store.commit(on_platform(registered("Ann")))
    for fact in FACTS:
        await store.commit(in_demo(fact))
    await store.close()

    comments = {}
    scan_judged(
        settings(tmp_path),
        lambda stretch: comments.update({one.text: one for one in stretch.comments}),
        room=DEMO,
    )

    assert {text: one.decision for text, one in comments.items()} == {
        "kept": Decision.KEPT,
        "taken back by ann": None,
        "recalled": Decision.RECALLED,
        "restored": Decision.KEPT,
        "approved": Decision.APPROVED,
        "refused": Decision.REFUSED,
        "waits": None,
        "refused by the filter": None,
    }
    against = {text for text, one in comments.items() if one.decision and one.decision.is_against}
    assert against == {"recalled", "refused"}
    assert (comments["recalled"].category, comments["kept"].at_ms) == ("spam", Millis(5))
    assert all(one.verdict is not None for one in comments.values())
