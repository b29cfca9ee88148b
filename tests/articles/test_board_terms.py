"""Boards are rooms, and those who found and run them streamers and moderators: one word for each.

Article: Article.BOARD_TERMS
"""

import json
import re

from danmaku.domain.account import Bundle
from danmaku.domain.articles import Article
from danmaku.domain.comment import Draft
from tests.house.tree import ROOT

OTHER_WORDS = {
    "en": re.compile(r"\b(boards?|forums?|founders?|administrators?)\b", re.IGNORECASE),
    "zh-CN": re.compile(r"版块|版主|论坛|吧主|创建者"),
}
OF_THE_REGULATION = {f"duty.of.{article.name.lower()}" for article in Article} | {"duty.title"}


def texts_of(lang):
    return json.loads((ROOT / f"danmaku/web/texts/{lang}.json").read_text(encoding="utf-8"))


def test_pages_have_one_word_for_each():
    for lang, others in OTHER_WORDS.items():
        said = {key: text for key, text in texts_of(lang).items() if key not in OF_THE_REGULATION}

        assert {key: text for key, text in said.items() if others.search(text)} == {}


def test_the_glossary_has_the_words_and_not_the_others():
    rows = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    terms = {term for row in rows for term in row.partition("|")[2].partition("|")[0].split("; ")}

    terms = {term.strip() for term in terms}
    assert {"room", "streamer", "moderator"} <= terms
    assert not {"board", "forum", "founder", "administrator"} & terms


async def test_a_room_with_its_streamer_and_moderator_is_what_the_rules_call_a_board(site):
    mia = await site.person("mia")
    room = await site.room_of(mia)
    tom, ann = await site.person("tom"), await site.person("ann")
    people = site.core.people
    await people.grant(None, "tom", Bundle.MODERATOR, room=room, until_ms=None)
    keeper = await people.known(tom.who.login)
    await site.core.comments.post(ann.who, room, Draft("c-1", "hello"))

    await site.core.comments.recall(keeper, room, 1, "other")

    [marker] = await site.listed(room)
    assert (marker["kind"], marker["by"]) == ("marker", "room")
    live = await site.core.rooms.live(room)
    assert live.owner == mia.who.account
