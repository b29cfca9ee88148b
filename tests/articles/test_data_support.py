"""What the department asks for leaves in one piece that proves itself, and names nobody.

Article: Article.DATA_SUPPORT
"""

import asyncio
import json
import subprocess
import sys

from danmaku.clock import now_ms
from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft
from danmaku.domain.ids import PLATFORM, Millis
from danmaku.domain.inspection import BundleMade, Made, Period
from danmaku.store.bundles import make_bundle


async def test_every_comment_of_the_page_is_in_the_bundle_with_an_earlier_verdict(site, tmp_path):
    room, ann = await site.room(), await site.person("ann-of-the-record")
    for n in range(10):
        await site.core.comments.post(ann.who, room, Draft(f"c-{n}", f"comment {n}", n * 1_000))
    listed = await site.listed(room)
    out = tmp_path / "bundle"

    made = await bundle_of(site, out)

    lines = [
        json.loads(line)
        for line in (out / "chains" / f"{room}.chain.jsonl").read_bytes().splitlines()
    ]
    entries = {line["seq"]: line for line in lines if "header" in line}
    for comment in listed:
        entry = entries[comment["seq"]]
        header = json.loads(entry["header"])
        assert json.loads(entry["open"][1])["text"] == comment["text"]
        assert json.loads(entry["sealed"][1])["verdict"]["action"] == "pass"
        assert header["about"]["received_ms"] <= header["at_ms"] <= now_ms()
    assert len(listed) == 10
    assert made.entries_count >= 10


async def test_the_bundle_verifies_without_us_and_holds_no_name(site, tmp_path):
    room = await site.room()
    ann = await site.person("ann-of-the-record", Bundle.REVIEWER)
    await site.core.comments.post(ann.who, room, Draft("c", "a comment"))
    out = tmp_path / "bundle"
    await bundle_of(site, out)

    outcome = await asyncio.to_thread(verified, out)
    assert (outcome.returncode, outcome.stdout.splitlines()[-1]) == (0, "whole")
    everything = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert b"ann-of-the-record" not in everything
    assert ann.token.encode() not in everything

    chain = out / "chains" / f"{room}.chain.jsonl"
    chain.write_bytes(chain.read_bytes().replace(b"a comment", b"a c0mment"))
    outcome = await asyncio.to_thread(verified, out)
    assert outcome.returncode == 1
    assert f"chains/{room}.chain.jsonl was changed: entry 2 was changed" in outcome.stdout


async def test_that_a_bundle_was_made_is_entered(site):
    period, made = Period(Millis(0), now_ms()), Made("ab" * 32, 7)
    await site.core.offices.inspection.note_bundle(None, period, made)

    facts = [entry.fact for entry in await site.core.store.recorded(PLATFORM, 0, limit=100)]
    assert BundleMade(None, period, made) in facts


async def bundle_of(site, out):
    settings, period = site.core.settings.store, Period(Millis(0), Millis(now_ms() + 1))
    return await asyncio.to_thread(
        make_bundle, settings, period, out, made_ms=now_ms(), on_step=lambda _done, _total: None
    )


def verified(folder):
    return subprocess.run(
        [sys.executable, "-I", "verify.py", "."],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
