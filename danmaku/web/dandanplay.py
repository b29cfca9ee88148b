"""What media centres ask of a server of dandanplay's kind, answered from our rooms.

An error is an answer with 200 that says `success: false`: that is how these clients read it.

Article: articles.Article.STATIC_VERSION
"""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response, StreamingResponse

from danmaku.domain.ids import MAX_SAFE_INTEGER, Number, RoomNumber
from danmaku.errors import BadMessage, Code, NotFound
from danmaku.formats.bilibili_xml import XML
from danmaku.formats.dandanplay import (
    EPISODES_MAX,
    Episode,
    Series,
    anime_of,
    anime_with_episodes_of,
    answer_of,
    bangumi_of,
    comments_after,
    match_of,
)
from danmaku.formats.scripts import Script
from danmaku.web.answers import Refusal, speak
from danmaku.web.house import House
from danmaku.web.json import Json
from danmaku.web.record import file_of
from danmaku.web.visit import ApiVisit, house_of

FOUND_MAX = 50  # series in one answer
EPISODES_SHOWN_MAX = 2_000  # in one answer, but for those of one series
NUMBER_MAX = 2**31 - 1
_CODES = {Code.NOT_FOUND: 1003, Code.BAD_MESSAGE: 1001}
_OTHER_CODE = 1000

Id = Annotated[int, Path(ge=1, le=NUMBER_MAX)]
Keyword = Annotated[str, Query(max_length=200)]


class _File(msgspec.Struct):
    """What a player says of the file that it plays."""

    name: Annotated[str, msgspec.Meta(max_length=1000)] = msgspec.field(name="fileName", default="")


_file = msgspec.json.Decoder(_File)


def _told(refusal: Refusal) -> Response:
    text = refusal.text or refusal.code.value
    code = _CODES.get(refusal.code, _OTHER_CODE)
    status = 200 if refusal.http_status < 500 else refusal.http_status  # noqa: PLR2004 -- ours
    return Json({"success": False, "errorCode": code, "errorMessage": text}, status)


def _speaks(request: Request) -> None:
    speak(request, _told)


router = APIRouter(prefix="/api/v2", dependencies=[Depends(_speaks)], include_in_schema=False)


@router.get("/comment/{episode}", response_class=StreamingResponse)
async def comments(
    visit: ApiVisit,
    episode: Id,
    after: Annotated[int, Query(alias="from", ge=0, le=MAX_SAFE_INTEGER)] = 0,
    shape: Annotated[Literal["json", "xml"], Query(alias="format")] = "json",
    script: Annotated[Literal["0", "1", "2"], Query(alias="chConvert")] = "0",
) -> Response:
    """The comments of an episode, or those whose id is greater than `from`."""
    room = (await _episode(visit.house, episode))[1].room
    array = comments_after(Number(after), Script(int(script)))
    return await file_of(visit, room, XML if shape == "xml" else array)


@router.get("/extcomment")
async def outside_comments(visit: ApiVisit) -> Response:
    """Comments of other sites, of which there are none here."""
    del visit
    return Json({"count": 0, "comments": []})


@router.get("/search/anime")
async def search_series(visit: ApiVisit, keyword: Keyword = "") -> Response:
    """Series whose titles have the word."""
    found = islice(await _search(visit.house, keyword), FOUND_MAX)
    return Json(answer_of(animes=[anime_of(series) for series in found]))


@router.get("/search/episodes")
async def search_episodes(
    visit: ApiVisit, anime: Keyword = "", episode: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Series whose titles have the word, with their episodes, or with the one that is asked for."""
    found = await _search(visit.house, anime)
    if episode.isdecimal():
        found = _with_part(found, int(episode))
    shown, has_more = _first_of(found)
    animes = [anime_with_episodes_of(series) for series in shown]
    return Json(answer_of(hasMore=has_more, animes=animes))


def _first_of(found: Iterator[Series]) -> tuple[list[Series], bool]:
    """What one answer holds, and whether something is left."""
    shown: list[Series] = []
    episodes_count = 0
    for series in found:
        episodes_count += len(series.episodes)
        if len(shown) == FOUND_MAX or (shown and episodes_count > EPISODES_SHOWN_MAX):
            return shown, True
        shown.append(series)
    return shown, False


def _with_part(found: Iterator[Series], part: int) -> Iterator[Series]:
    for series in found:
        some = [one for one in series.episodes if one.part == part]
        if some:
            yield series._replace(episodes=some)


@router.get("/bangumi/{anime}")
async def show_series(visit: ApiVisit, anime: Id) -> Response:
    """A series with its episodes."""
    return Json(answer_of(bangumi=bangumi_of(await _series(visit.house, anime))))


@router.post("/match")
async def match(request: Request, house: Annotated[House, Depends(house_of)]) -> Response:
    """The episode that a file is of, by its name: a room's id or title; else what comes near.

    Nobody is asked who they are: it changes nothing, and comes from pages of any site.
    """
    try:
        name = _file.decode(await request.body()).name
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessage("Say which file it is, as JSON.") from error
    is_matched, pairs = (await house.shelf.now()).played(_bare(name), FOUND_MAX)
    return Json(answer_of(isMatched=is_matched, matches=[match_of(*pair) for pair in pairs]))


def _bare(file: str) -> str:
    name = file.replace("\\", "/").rpartition("/")[2]
    return (name.rpartition(".")[0] or name).strip().casefold()


async def _search(house: House, words: str) -> Iterator[Series]:
    return (await house.shelf.now()).named(words)


async def _series(house: House, number: int) -> Series:
    found = (await house.shelf.now()).by_number.get(RoomNumber(number))
    if found is None:
        raise NotFound("There is no such series.")
    return found


async def _episode(house: House, episode_id: int) -> tuple[Series, Episode]:
    number, part = divmod(episode_id, EPISODES_MAX)
    series = await _series(house, number)
    for episode in series.episodes:
        if episode.part == part:
            return series, episode
    raise NotFound("There is no such episode.")
