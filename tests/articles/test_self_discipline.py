"""Numbers about how the house decides are published, and recounted from published files alone.

Article: Article.SELF_DISCIPLINE
"""

import json
from collections import Counter, defaultdict

from danmaku import verifier
from danmaku.actions.moderation import ReportDraft
from danmaku.domain.account import Bundle
from danmaku.domain.cases import CaseOutcome
from danmaku.domain.comment import Draft
from danmaku.domain.rulings import Decision

HELD = "wobblesnark"


async def test_an_outsider_recounts_the_page_from_the_public_chains(site, tmp_path):
    rooms = [await site.room(), await site.room()]
    await happen(site, rooms)

    told = (await site.api.get("/api/transparency")).raise_for_status().json()
    chains = {
        room: await taken_along(site, f"/api/rooms/{room}/chain.jsonl", tmp_path) for room in rooms
    }
    platform = await taken_along(site, "/api/platform/chain.jsonl", tmp_path)

    assert told["handled"], told
    assert {row["room"]: row for row in told["rooms"]} == shares_of(chains)
    assert told["recalled"] == recalls_of(chains)
    assert told["approved"] == spread(
        header["at_ms"] - header["about"]["received_ms"]
        for headers in chains.values()
        for header in headers
        if header["about"].get("late")
    )
    cases = [one for one in platform if one["about"]["kind"] == "case_timed"]
    assert told["handled"] == handled_of(cases)
    assert told["reports_count"] == sum(one["about"]["reports_count"] for one in cases) == 2
    assert told["outcomes"] == [
        {"kind": kind, "outcome": outcome, "count": count}
        for (kind, outcome), count in sorted(
            Counter((one["about"]["case_kind"], one["about"]["outcome"]) for one in cases).items()
        )
    ]
    page = (await site.api.get("/transparency")).raise_for_status().text
    assert rooms[0] in page


async def happen(site, rooms):
    """Comments, a report that is right, recalls by author and platform, an approval."""
    ann, ben = await site.person("ann"), await site.person("ben")
    rey = await site.person("rey", Bundle.REVIEWER)
    for n in range(8):
        await site.core.comments.post(ann.who, rooms[n % 2], Draft(f"c-{n}", f"comment {n}"))
    await site.core.comments.post(ann.who, rooms[0], Draft("held", HELD))
    await site.core.comments.recall(ann.who, rooms[0], 1)
    await site.core.comments.recall(rey.who, rooms[1], 1, "spam")
    await site.core.comments.restore(rey.who, rooms[1], 1)
    [held] = await site.core.moderation.held(rey.who, rooms[0])
    await site.core.moderation.approve(rey.who, rooms[0], held.comment.origin)
    for person in (ben.who, None):
        draft = ReportDraft("spam", rooms[1], 2)
        await site.core.moderation.report(person, draft, source="here")
    casework = site.core.offices.casework
    case = await casework.cases.claim_next(rey.who)
    await casework.rulings.decide(
        rey.who, case.case.case_id, Decision(CaseOutcome.UPHELD, "spam", "rule 3")
    )


async def taken_along(site, url, tmp_path):
    """The opened headers of a published chain, which is whole."""
    raw = (await site.api.get(url)).raise_for_status().content
    path = tmp_path / "chain.jsonl"
    path.write_bytes(raw)
    [said] = verifier.check(path, None, None)
    assert not said.startswith("!"), said
    lines = [json.loads(line) for line in raw.splitlines()]
    return [json.loads(line["header"]) for line in lines if "header" in line]


def shares_of(chains):
    shares = {}
    for room, headers in chains.items():
        hidden, published = {}, 0
        for header in headers:
            about = header["about"]
            published += about["kind"] == "comment_published"
            if about["kind"] == "comment_recalled":
                hidden[about["number"]] = about["by"]
            if about["kind"] == "comment_restored":
                hidden.pop(about["number"], None)
        counts = {f"hidden_by_{by}": count for by, count in Counter(hidden.values()).items()}
        shares[room] = {"room": room, "published": published} | counts
    return shares


def recalls_of(chains):
    took_ms = defaultdict(list)
    for headers in chains.values():
        published_ms = {}
        for header in headers:
            about = header["about"]
            if about["kind"] == "comment_published":
                published_ms[about["number"]] = header["at_ms"]
            if about["kind"] == "comment_recalled":
                took_ms[about["by"]].append(header["at_ms"] - published_ms[about["number"]])
    return [{"by": by} | spread(took_ms[by]) for by in sorted(took_ms)]


def handled_of(cases):
    took_ms = defaultdict(list)
    for one in cases:
        took_ms[one["about"]["case_kind"]].append(one["at_ms"] - one["about"]["opened_ms"])
    return [{"kind": kind} | spread(took_ms[kind]) for kind in sorted(took_ms)]


def spread(took_ms):
    """By nearest rank, as docs/record.md says."""
    rising = sorted(took_ms)
    ranked = [rising[-(-len(rising) * percent // 100) - 1] if rising else 0 for percent in (50, 95)]
    return {"count": len(rising), "median_ms": ranked[0], "p95_ms": ranked[1]}
