"""A record that readers trip over: marks of every language, odd places, odd colours."""

from danmaku.domain.comment import LARGE, NORMAL, WHITE, Mode
from danmaku.domain.ids import Millis, Number, Pseudonym, RoomId, RoomNumber, Seq
from danmaku.formats.layout import Head, Writing
from danmaku.formats.shown import Marker, Shown

TEXTS = (
    "it's \"quoted\" & 'more'",
    "&amp; &#x4f60; &lt;b&gt;",
    '["[brackets]", 1]',
    r"{\b1}bold{\pos(0,0)} C:\n\N",
    "<img src=x onerror=alert(1)>",
    '=cmd|"/c calc"!A1',
    "😀👩‍👩‍👧 emoji 弹幕",
    "plain at 0",
    "end of the first segment",
    "begin of the second segment",
    "-->\u2028next",
    "<script>alert(1)</script></d></i>",
)
PLACES_MS = (12_500, 5, 1_000, 2_000, 3_000, 4_000, 5_000, 0, 359_999, 360_000, 6_000, 7_000)
COLORS = (0, 255, WHITE, 0x100000, 1, 0xFF8000)
MODES = (Mode.SCROLL, Mode.TOP, Mode.BOTTOM, Mode.REVERSE)
REVERSED = {text for n, text in enumerate(TEXTS) if MODES[n % len(MODES)] is Mode.REVERSE}


def shown(number, text, position_ms=0, **fields):
    return Shown(
        seq=Seq(number + 1),
        number=Number(number),
        at_ms=Millis(1_790_000_000_123 + number),
        position_ms=position_ms,
        text=text,
        author=Pseudonym(f"author{number % 3:04}"),
        late=False,
        imported=False,
        **{"name": "Ann", "mode": Mode.SCROLL, "color": WHITE, "size": NORMAL} | fields,
    )


HOSTILE = sorted(
    (
        shown(
            index + 1,
            text,
            PLACES_MS[index],
            color=COLORS[index % len(COLORS)],
            mode=MODES[index % len(MODES)],
            size=LARGE if index % 2 else NORMAL,
            name="<b>O'Ann & {\\i1}</b>",
        )
        for index, text in enumerate(TEXTS)
    ),
    key=lambda each: each.position_ms,
)
MARKER = Marker(Seq(100), Number(99), Millis(1_790_000_000_222), 8_000, None, None)
HEAD = Head(RoomId("demo"), RoomNumber(7), 'Tom & {\\b1} "Ann"', 0)


def file_of(layout, *pages, head=HEAD):
    """What a layout makes of these pages."""
    writing = Writing(layout)
    parts = b"".join(writing.part(page) for page in pages)
    whole = Head(head.room, head.number, head.title, writing.count)
    return layout.begin(whole).encode() + parts + layout.end.encode()
