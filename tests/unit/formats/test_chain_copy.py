import json

from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.formats.chain_copy import (
    Opened,
    Signer,
    chain_line,
    end_line,
    entry_line,
    head_line,
    heads_line,
    newest_line,
)

SIGNER = Signer("e1", "ab" * 32)
LEAF, LINK, SALT = bytes([1]) * 32, bytes([2]) * 32, bytes([3]) * 32
DEMO = RoomId("demo")


def test_a_copy_begins_with_all_that_its_signatures_are_over():
    line = json.loads(chain_line(SIGNER, DEMO, after=Seq(4), link=LINK))

    assert line == {
        "format": "danmaku-chain-1",
        "epoch": "e1",
        "key": "ab" * 32,
        "chain": "demo",
        "after": 4,
        "link": "02" * 32,
    }


def test_a_closed_entry_shows_its_digests_alone():
    line = json.loads(entry_line(Seq(7), LEAF, LINK))

    assert line == {"seq": 7, "leaf": "01" * 32, "link": "02" * 32}


def test_an_opened_entry_holds_the_very_text_that_was_digested():
    header = Opened(SALT, '{"a":"弹幕"}'.encode())
    raw = entry_line(Seq(7), LEAF, LINK, header=header, bodies={"open": Opened(SALT, b"{}")})

    line = json.loads(raw)
    assert (line["header"], line["salt"]) == ('{"a":"弹幕"}', "03" * 32)
    assert line["open"] == ["03" * 32, "{}"]
    assert raw.count(b"\n") == 1


def test_broken_text_is_still_given_away():
    line = json.loads(entry_line(Seq(7), LEAF, LINK, header=Opened(SALT, b"\xff{}")))

    assert line["header"] == "\ufffd{}"


def test_heads_stand_in_copies_and_in_a_file_of_their_own():
    assert json.loads(head_line(Seq(7), LINK, b"\x0a", Millis(9))) == {
        "head": 7,
        "link": "02" * 32,
        "signature": "0a",
        "at_ms": 9,
    }
    assert json.loads(newest_line(DEMO, Seq(7), LINK, b"\x0a", Millis(9)))["chain"] == "demo"
    assert json.loads(heads_line(SIGNER))["format"] == "danmaku-heads-1"
    assert json.loads(end_line(Seq(7), LINK)) == {"end": 7, "link": "02" * 32}
