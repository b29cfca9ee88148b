"""The page of a bundle that people read: what is in it, counted, and how to check it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape

from danmaku.domain.ids import Millis, RoomId, Seq

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0}th,td{border:1px solid #999;padding:.2rem .6rem;"
    "text-align:left}td.n{text-align:right}@media(prefers-color-scheme:dark){body{background:#111;"
    "color:#ddd}a{color:#8cf}}"
)


@dataclass(frozen=True, slots=True)
class ChainPart:
    """What a bundle holds of one chain: the entries `first` to `last`, opened."""

    chain: RoomId
    file: str
    first: Seq
    last: Seq


@dataclass(slots=True)
class Contents:
    """What a bundle holds. Grows with chains, days, kinds and categories, not with entries."""

    from_ms: Millis
    to_ms: Millis
    room: RoomId | None  # None: all rooms, and the platform
    made_ms: Millis
    epoch: str
    key: str  # public, hexadecimal
    parts: list[ChainPart] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    days: Counter[tuple[int, str]] = field(default_factory=Counter)  # day since 1970 and kind
    categories: Counter[str] = field(default_factory=Counter)  # of what was recalled
    withheld_count: int = 0  # bodies that could tell who somebody is


def bundle_page(contents: Contents) -> str:
    """The index as HTML, in both languages, without anything to load."""
    days = [(_day(day), kind, count) for (day, kind), count in sorted(contents.days.items())]
    parts = [
        (f'<a href="{escape(part.file)}">{escape(part.chain)}</a>', part.first, part.last)
        for part in contents.parts
    ]
    sections = (
        _table(
            "What happened · 发生事项", ("kind · 类别", "entries · 条数"), _counted(contents.kinds)
        ),
        _table(
            "Recalled · 撤下", ("category · 理由", "comments · 条数"), _counted(contents.categories)
        ),
        _table(
            "By day (UTC) · 按日", ("day · 日", "kind · 类别", "entries · 条数"), _escaped(days)
        ),
        _table("Chains · 链", ("chain · 链", "from · 自", "to · 至"), parts),
    )
    title = "danmaku: bundle of the record · 记录数据包"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1>{_about(contents)}{''.join(sections)}</html>\n"
    )


def _about(contents: Contents) -> str:
    scope = "all rooms · 全部房间" if contents.room is None else escape(contents.room)
    return (
        f"<p>{_moment(contents.from_ms)} – {_moment(contents.to_ms)}; {scope}; made · 制作于"
        f" {_moment(contents.made_ms)}.</p>"
        "<p>People appear by random ids. Names, sign-in names, contacts and what was written to us"
        f" are not opened ({contents.withheld_count} bodies); they are asked for by a disclosure"
        " request. 人员以随机编号出现；姓名、登录名、联系方式和来信内容未公开，须另行申请披露。</p>"
        "<p>Check it without any server · 离线核验: <code>python verify.py .</code> in this folder;"
        f" the server's key is · 服务器公钥为 <code>{escape(contents.key)}</code>.</p>"
    )


def _counted(counts: Counter[str]) -> list[tuple[object, ...]]:
    return _escaped(counts.most_common())


def _escaped(rows: Iterable[Sequence[object]]) -> list[tuple[object, ...]]:
    return [tuple(cell if isinstance(cell, int) else escape(str(cell)) for cell in r) for r in rows]


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    head = "".join(f"<th>{column}</th>" for column in columns)
    body = "".join(
        "<tr>"
        + "".join(f'<td class="n">{c}</td>' if isinstance(c, int) else f"<td>{c}</td>" for c in row)
        + "</tr>"
        for row in rows
    )
    return f"<h2>{title}</h2><table><tr>{head}</tr>{body}</table>"


def _moment(at_ms: Millis) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _day(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y-%m-%d")
