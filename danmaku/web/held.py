"""The plain list of held comments, with approve and reject: of one's rooms, or of all of them."""

from collections.abc import AsyncIterator, Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi import Form as FormBody
from fastapi.responses import Response

from danmaku.domain.categories import CATEGORIES
from danmaku.domain.delay import DELAY_CATEGORY
from danmaku.domain.ids import RoomId, Seq
from danmaku.domain.live import cluster_in
from danmaku.formats.csv_table import Cell
from danmaku.formats.danmaku_v1 import Fields
from danmaku.ports import Held
from danmaku.web.care import care_of
from danmaku.web.exports import csv_of
from danmaku.web.fields import ClusterPath, OriginPath, RoomPath
from danmaku.web.forms import Form
from danmaku.web.pages import position_text_of, time_text_of
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

PAGE = "/review/held"
HEAD = ("room", "id", "position", "received", "author", "category", "cluster", "text")
SAMPLE = 40  # comments of a cluster that are shown: its first ones, and its last

RoomQuery = Annotated[RoomId | None, Query(max_length=32)]


class RejectForm(Form):
    """Why a comment is refused."""

    category: str = "other"


@router.get(PAGE)
async def show_held(visit: PageVisit, room: RoomQuery = None) -> Response:
    """What waits, oldest first: in one room, or wherever the visitor may review."""
    return await held_page(visit, room)


@router.get(PAGE + ".csv")
async def export_held(visit: PageVisit, room: RoomQuery = None) -> Response:
    """All of it as a spreadsheet, by room."""
    every = visit.house.moderation.every_held(visit.signed_in(), room or None)
    return csv_of("held", HEAD, _lines(every))


async def held_page(visit: Visit, room: RoomId | None) -> Response:
    """The list as a page.

    Raises:
        NotSignedIn, NotAllowed: The visitor reviews nowhere.
    """
    who, room = visit.signed_in(), room or None
    every = await visit.house.moderation.held(who, None)
    held = await visit.house.moderation.held(who, room) if room else every
    return visit.page(
        "held.html",
        {
            "held": _rows_of(held),
            "left_s": await _left_s(visit, held),
            "rooms": sorted({each.room for each in every} | ({room} if room else set())),
            "room": room,
            "categories": sorted(CATEGORIES),
            "care": care_of(visit.request.cookies),
        },
    )


@router.post("/review/{room}/{origin}/approve")
async def approve(visit: PageVisit, room: RoomPath, origin: OriginPath) -> Response:
    """Publish a held comment."""
    await visit.house.moderation.approve(visit.signed_in(), room, origin)
    return visit.go_to(PAGE)


@router.post("/review/{room}/{origin}/reject")
async def reject(
    visit: PageVisit, room: RoomPath, origin: OriginPath, form: Annotated[RejectForm, FormBody()]
) -> Response:
    """Refuse a held comment for good."""
    await visit.house.moderation.reject(visit.signed_in(), room, origin, form.category)
    return visit.go_to(PAGE)


@router.get("/review/{room}/clusters/{cluster}")
async def show_cluster(visit: PageVisit, room: RoomPath, cluster: ClusterPath) -> Response:
    """What a decision on a cluster would be about, before it is taken."""
    members = await visit.house.moderation.cluster(visit.signed_in(), room, cluster)
    shown = (
        members if len(members) <= SAMPLE else [*members[: SAMPLE // 2], *members[-SAMPLE // 2 :]]
    )
    values = {
        "room": room,
        "cluster": cluster,
        "count": len(members),
        "authors": len({one.author for one in members}),
        "category": members[0].fact.category,
        "from_iso": time_text_of(members[0].fact.at_ms),
        "upto_iso": time_text_of(members[-1].fact.at_ms),
        "sample": [_row_of(one) for one in shown],
        "categories": sorted(CATEGORIES),
    }
    return visit.page("cluster.html", values)


@router.post("/review/{room}/clusters/{cluster}/approve")
async def approve_cluster(visit: PageVisit, room: RoomPath, cluster: ClusterPath) -> Response:
    """Publish whatever is held of a cluster."""
    await visit.house.moderation.decide_cluster(visit.signed_in(), room, cluster, None)
    return visit.go_to(PAGE)


@router.post("/review/{room}/clusters/{cluster}/reject")
async def reject_cluster(
    visit: PageVisit,
    room: RoomPath,
    cluster: ClusterPath,
    form: Annotated[RejectForm, FormBody()],
) -> Response:
    """Refuse whatever is held of a cluster."""
    moderation = visit.house.moderation
    await moderation.decide_cluster(visit.signed_in(), room, cluster, form.category)
    return visit.go_to(PAGE)


async def _left_s(visit: Visit, held: Iterable[Held]) -> dict[tuple[RoomId, Seq], int]:
    """In how many seconds those appear that nobody has to decide on."""
    left: dict[tuple[RoomId, Seq], int] = {}
    for one in held:
        if one.fact.category == DELAY_CATEGORY:
            live = await visit.house.rooms.live(one.room)
            ms = one.fact.at_ms + live.state.policy.delay_ms - visit.now_ms
            left[one.room, one.comment.origin] = max(0, -(-ms // 1000))
    return left


def _rows_of(held: Iterable[Held]) -> list[Fields]:
    """A row each; of a cluster one, at the place of its oldest comment."""
    rows: list[Fields] = []
    clusters: dict[tuple[RoomId, str], list[Held]] = {}
    for each in held:
        cluster = cluster_in(each.fact.verdict)
        if cluster is None:
            rows.append(_row_of(each))
            continue
        members = clusters.setdefault((each.room, cluster), [])
        members.append(each)
        if len(members) == 1:
            rows.append(_row_of(each) | {"cluster": cluster, "members": members})
    return rows


async def _lines(every: AsyncIterator[Held]) -> AsyncIterator[list[Cell]]:
    async for one in every:
        row = _row_of(one)
        yield [
            *(str(row[name]) for name in ("room", "seq", "position_text", "at_iso", "name")),
            one.fact.category,
            cluster_in(one.fact.verdict),
            one.fact.content.text,
        ]


def _row_of(held: Held) -> Fields:
    content = held.fact.content
    return {
        "room": held.room,
        "seq": held.comment.origin,
        "text": content.text,
        "name": content.name,
        "category": held.fact.category,
        "position_text": position_text_of(content.position_ms),
        "at_iso": time_text_of(held.fact.at_ms),
    }
