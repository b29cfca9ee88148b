"""A reviewer's page: the plain list of held comments, with approve and reject."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi import Form as FormBody
from fastapi.responses import Response

from danmaku.domain.categories import CATEGORIES
from danmaku.domain.ids import RoomId
from danmaku.domain.live import cluster_in
from danmaku.formats.danmaku_v1 import Fields
from danmaku.ports import Held
from danmaku.web.fields import ClusterPath, OriginPath, RoomPath
from danmaku.web.forms import Form
from danmaku.web.pages import position_text_of, time_text_of
from danmaku.web.visit import PageVisit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)


SAMPLE = 40  # comments of a cluster that are shown: its first ones, and its last


class RejectForm(Form):
    """Why a comment is refused."""

    category: str = "other"


@router.get("/review")
async def show_held(
    visit: PageVisit, room: Annotated[RoomId | None, Query(max_length=32)] = None
) -> Response:
    """What waits, oldest first: in one room, or wherever the visitor may review."""
    who = visit.signed_in()
    every = await visit.house.moderation.held(who, None)
    held = await visit.house.moderation.held(who, room) if room else every
    return visit.page(
        "review.html",
        {
            "held": _rows_of(held),
            "rooms": sorted({each.room for each in every} | ({room} if room else set())),
            "room": room,
            "categories": sorted(CATEGORIES),
        },
    )


@router.post("/review/{room}/{origin}/approve")
async def approve(visit: PageVisit, room: RoomPath, origin: OriginPath) -> Response:
    """Publish a held comment."""
    await visit.house.moderation.approve(visit.signed_in(), room, origin)
    return visit.go_to("/review")


@router.post("/review/{room}/{origin}/reject")
async def reject(
    visit: PageVisit, room: RoomPath, origin: OriginPath, form: Annotated[RejectForm, FormBody()]
) -> Response:
    """Refuse a held comment for good."""
    await visit.house.moderation.reject(visit.signed_in(), room, origin, form.category)
    return visit.go_to("/review")


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
    return visit.go_to("/review")


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
    return visit.go_to("/review")


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
