import asyncio
import contextlib
import json
import sqlite3

import pytest

from danmaku import verifier
from danmaku.config import StoreSettings
from danmaku.domain.ids import PLATFORM, Millis, RoomId
from danmaku.domain.inspection import Period
from danmaku.errors import Code, Coded
from danmaku.store import bundles
from danmaku.store.bundles import make_bundle
from danmaku.store.database import DATABASE_FILE
from tests.contract.facts import DEMO, SECRET
from tests.unit.store.test_verify import write_sample

EVER = Period(Millis(0), Millis(9_000))
MADE_MS = Millis(10_000)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    asyncio.run(write_sample(folder))
    return StoreSettings(data_dir=folder)


def made(sample, to, period=EVER, on_step=lambda _done, _total: None):
    return make_bundle(sample, period, to, made_ms=MADE_MS, on_step=on_step)


def said_of(path):
    return [*verifier.check(path, None, None)]


def lines_of(folder, chain):
    raw = (folder / "chains" / f"{chain}.chain.jsonl").read_bytes()
    return [json.loads(line) for line in raw.splitlines()]


def entries_of(folder, chain):
    return [line for line in lines_of(folder, chain) if "seq" in line]


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_a_bundle_is_whole_and_says_what_it_holds(sample, tmp_path, name):
    steps = []
    outcome = made(sample, tmp_path / name, on_step=lambda *step: steps.append(step))

    said = said_of(tmp_path / name)
    assert [line for line in said if line.startswith("!")] == []
    assert len(said) == 2  # the platform and the room
    assert steps[-1] == (outcome.entries_count, outcome.entries_count)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_bundle_holds_texts_and_verdicts_and_nobody_s_name(sample, tmp_path):
    made(sample, tmp_path / "b")
    room = entries_of(tmp_path / "b", DEMO)
    platform = entries_of(tmp_path / "b", PLATFORM)

    assert all("header" in line for line in room + platform)
    assert SECRET in room[2]["sealed"][1]  # the text of what was held
    assert json.loads(room[1]["sealed"][1])["verdict"]["action"] == "pass"
    by_kind = {json.loads(line["header"])["about"]["kind"]: line for line in platform}
    for kind in ("account_registered", "token_issued", "report_filed", "identity_read"):
        assert "sealed" not in by_kind[kind], kind
    assert "sealed" in by_kind["measure_taken"]


def test_a_bundle_begins_within_a_chain_and_ends_with_a_head_that_vouches_for_it(sample, tmp_path):
    at_ms = times_in(sample)
    period = Period(at_ms[5], Millis(at_ms[9] + 1), DEMO)
    within = [seq for seq in at_ms if period.from_ms <= at_ms[seq] < period.to_ms]
    outcome = made(sample, tmp_path / "b", period)
    lines = lines_of(tmp_path / "b", DEMO)

    assert lines[0]["after"] == within[0] - 1 == 4
    assert [line["seq"] for line in lines if "header" in line] == within
    assert max(line["head"] for line in lines if "head" in line) >= within[-1]
    assert outcome.entries_count == len(within)
    assert not (tmp_path / "b" / "chains" / "@platform.chain.jsonl").exists()
    assert f"; {len(within)} opened" in said_of(tmp_path / "b")[0]


def times_in(sample):
    """When each entry was written; the clock of the sample was set back once."""
    with contextlib.closing(sqlite3.connect(sample.data_dir / DATABASE_FILE)) as connection:
        wanted = "SELECT seq, at_ms FROM entry WHERE chain = 'demo' ORDER BY seq"
        return {seq: Millis(at_ms) for seq, at_ms in connection.execute(wanted)}


def test_of_the_platform_a_room_s_bundle_opens_what_names_the_room(sample, tmp_path):
    made(sample, tmp_path / "b", Period(EVER.from_ms, EVER.to_ms, DEMO))
    opened = [line["header"] for line in entries_of(tmp_path / "b", PLATFORM) if "header" in line]

    assert opened
    assert all('"demo"' in header for header in opened)
    assert [line for line in said_of(tmp_path / "b") if line.startswith("!")] == []


def test_one_byte_changed_in_a_bundle_is_named(sample, tmp_path):
    made(sample, tmp_path / "b")
    path = tmp_path / "b" / "chains" / "demo.chain.jsonl"
    raw = path.read_bytes()
    at = raw.index(b"hello")
    seq = json.loads(raw.splitlines()[raw.count(b"\n", 0, at)])["seq"]
    path.write_bytes(raw[:at] + b"j" + raw[at + 1 :])

    [found] = [line for line in said_of(tmp_path / "b") if line.startswith("!")]
    assert found.startswith(f"!chains/demo.chain.jsonl was changed: entry {seq} was changed:")


@pytest.mark.parametrize("name", ["index.html", "verify.py", "manifest.json"])
def test_a_changed_file_is_named(sample, tmp_path, name):
    made(sample, tmp_path / "b")
    path = tmp_path / "b" / name
    path.write_bytes(path.read_bytes() + b"\n")

    assert [line for line in said_of(tmp_path / "b") if line.startswith(f"!{name} was changed")]


def test_files_that_were_removed_or_added_are_named(sample, tmp_path):
    made(sample, tmp_path / "b")
    (tmp_path / "b" / "index.html").unlink()
    (tmp_path / "b" / "more").write_bytes(b"")

    assert {line for line in said_of(tmp_path / "b") if line.startswith("!")} == {
        "!index.html was removed",
        "!more was added",
    }


def test_a_byte_changed_in_an_archive_is_found_wherever_it_is(sample, tmp_path):
    made(sample, tmp_path / "b.zip")
    raw = bytearray((tmp_path / "b.zip").read_bytes())
    begin = raw.index(b'{"format":"danmaku-chain-1","epoch"', raw.index(b"chains/demo.chain.jsonl"))
    end = raw.index(b'{"end"', begin)
    for at in range(begin, end, 997):
        line = json.loads(raw[max(begin, raw.rindex(b"\n", 0, at) + 1) : raw.index(b"\n", at)])
        raw[at] ^= 4
        (tmp_path / "c.zip").write_bytes(raw)
        raw[at] ^= 4
        found = [one for one in said_of(tmp_path / "c.zip") if one.startswith("!")]
        assert found, at
        assert "seq" not in line or f"ntry {line['seq']} " in found[0], (line, found)


def test_nothing_is_left_of_a_bundle_that_failed(sample, tmp_path):
    with pytest.raises(Coded) as refused:
        made(sample, tmp_path / "b.zip", Period(EVER.from_ms, EVER.to_ms, RoomId("nowhere")))
    assert refused.value.code is Code.NOT_FOUND

    def breaks(_done, _total):
        raise OSError("full")

    for name in ("b", "b.zip"):
        with pytest.raises(OSError, match="full"):
            made(sample, tmp_path / name, on_step=breaks)
    assert [*tmp_path.iterdir()] == []


def test_nothing_is_written_over(sample, tmp_path):
    (tmp_path / "b").mkdir()
    with pytest.raises(Coded) as refused:
        made(sample, tmp_path / "b")
    assert refused.value.code is Code.DUPLICATE


def test_kinds_whose_sealed_body_is_opened_hold_no_name():
    """Each was looked at; whoever adds one looks again."""
    opened = {
        *("comment_published", "comment_held", "comment_refused", "room_words_set"),
        *("case_escalated", "case_decided", "result_told"),
        *("measure_taken", "measure_reversed", "control_set", "control_lifted"),
        "powers_revoked",
    }

    assert opened == bundles.OPEN_SEALED
