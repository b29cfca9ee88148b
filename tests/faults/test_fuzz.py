"""Whatever bytes come in, whoever reads them takes them or says no, and nothing else.

The corpus holds what each reader takes, and what once went wrong. It is replayed as it is, and cut,
joined and damaged at random: a little each time, for ten minutes each in soak.
"""

import contextlib
import random
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import unescape

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from danmaku.errors import DanmakuError
from danmaku.filter.normalize import fold, plain_of, scanned_of
from danmaku.filter.patterns import fault_of
from danmaku.formats.bilibili_xml import XML, xml_text_of
from danmaku.formats.imports import SOURCES, ImportName
from danmaku.formats.jsonl import JSONL
from danmaku.gateway.dialects.bilibili import auth_of, packets_of
from danmaku.gateway.dialects.centrifugo import commands_of
from danmaku.gateway.dialects.danmaku_v1 import JsonDialect, MsgpackDialect
from danmaku.gateway.upgrade import Upgrades
from danmaku.gateway.wire import Wire
from tests.unit.formats.hostile import file_of, shown

pytestmark = pytest.mark.faults

CORPUS = Path(__file__).with_name("corpus")
QUICK, LONG_S = 60, 600.0
HEAD = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
)


def framed(data, chunk):
    """What a wire makes of it, in chunks."""
    upgrades = Upgrades([], compress=True, message_bytes_max=4096)
    wire, heard = Wire(upgrades.agree(upgrades.read(HEAD))), []
    for at in range(0, len(data), chunk):
        if not wire.is_open:
            break
        heard += [(it.opcode, bytes(it.data)) for it in wire.receive(data[at : at + chunk], 0)]
    return heard, wire.is_open


def read_of(name, data, chunk):
    """The comments of a file that comes in chunks, and whether it is one to its end."""
    source, items = SOURCES[name](), []
    try:
        for at in range(0, len(data), chunk):
            items += source.feed(data[at : at + chunk])
        items += source.end()
    except DanmakuError:
        return [(item.place, item.draft) for item in items], False
    return [(item.place, item.draft) for item in items], True


def imported(name):
    def reading(data):
        whole, in_parts = read_of(name, data, len(data) or 1), read_of(name, data, 7)
        assert in_parts[1] == whole[1]
        assert in_parts[0] == whole[0] or not whole[1]

    return reading


def wired(data):
    in_parts, whole = framed(data, 3), framed(data, len(data) or 1)
    assert in_parts[0] == whole[0] or not whole[1]


def filtered(data):
    text = data.decode(errors="replace")
    folded, scanned = fold(text), scanned_of(text)
    assert len(folded.text) == len(text) == len(plain_of(text))
    assert scanned.folded == folded.text
    fault_of(text)


class Shown(HTMLParser):
    text = ""

    def handle_data(self, data):
        self.text += data


def exported(data):
    text = data.decode(errors="ignore")
    written = unescape(xml_text_of(text), {"&quot;": '"', "&apos;": "'"})
    file = file_of(XML, [shown(1, text)])
    [comment] = fromstring(file).findall("d")  # noqa: S314 -- our own
    assert (comment.text or "") == written
    other = Shown()
    other.feed(file[file.rindex(b"<d ") : file.rindex(b"</d>")].decode())
    other.close()
    assert other.text == written
    [(_, draft)], is_whole = read_of(ImportName.JSONL, file_of(JSONL, [shown(1, text)]), 1 << 20)
    assert is_whole
    assert draft is None or draft.text == text


READERS: dict[str, Callable[[bytes], object]] = {
    "json": JsonDialect().decode,
    "msgpack": MsgpackDialect().decode,
    "bilibili": lambda data: list(packets_of(data)),
    "bilibili-auth": auth_of,
    "centrifugo": commands_of,
    "wire": wired,
    "import-jsonl": imported(ImportName.JSONL),
    "import-xml": imported(ImportName.XML),
    "import-protobuf": imported(ImportName.PROTOBUF),
    "filter": filtered,
    "export": exported,
}
KEPT = sorted(CORPUS.iterdir())
SEEDS = [path.read_bytes() for path in KEPT]


def tried(name, data):
    with contextlib.suppress(DanmakuError):  # it said no
        READERS[name](data)


@st.composite
def damaged(draw, seeds):
    """Something of the corpus, a part of which is lost, said twice, or another."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        upto = draw(st.integers(at, min(len(data), at + 16)))
        put = draw(st.one_of(st.binary(max_size=8), st.just(data[at:upto] * 2)))
        data = data[:at] + put + data[upto:]
    return data


def trial_of(name, count):
    own = [data for path, data in zip(KEPT, SEEDS, strict=True) if path.stem == name]

    @settings(
        max_examples=count, database=None, suppress_health_check=list(HealthCheck), deadline=None
    )
    @given(st.one_of(damaged(own), damaged(SEEDS), st.binary(max_size=200)))
    def trial(data):
        tried(name, data)

    return trial


@pytest.mark.parametrize("name", READERS)
def test_readers_take_the_corpus_or_say_no(name):
    for data in SEEDS:
        tried(name, data)
    own = [data for path, data in zip(KEPT, SEEDS, strict=True) if path.stem == name]
    READERS[name](own[0])  # what each is there for


@pytest.mark.parametrize("name", READERS)
def test_readers_take_what_is_damaged_or_say_no(name):
    trial_of(name, QUICK)()


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", READERS)
def test_readers_stand_for_long(name):
    ends_at, count = time.monotonic() + LONG_S, 0
    while time.monotonic() < ends_at:
        chosen = random.SystemRandom().randrange(2**32)
        print(f"{name} seed {chosen}")  # noqa: T201 -- shown with a failure
        seed(chosen)(trial_of(name, 1000))()
        count += 1000
    print(f"{name} {count} inputs")  # noqa: T201 -- the figure
