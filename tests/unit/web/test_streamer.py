import re
from dataclasses import replace

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.comment import Mode
from danmaku.domain.room import ALL_MODES, ReviewMode
from tests.unit.web.conftest import OUR_SITE


async def furnished(stage):
    room = await stage.room(slow_ms=3000)
    return room, await stage.person("mia", (Bundle.STREAMER, room)), await stage.person("ann")


async def policy_of(stage, room):
    return (await stage.core.rooms.live(room)).state.policy


async def test_toggle_switches_comments_off_and_on(stage):
    room, mia, ann = await furnished(stage)

    off = await mia.post_form(f"/rooms/{room}/policy", comments="off")
    refused = await ann.post_form(f"/rooms/{room}/comments", text="hello")
    on = await mia.post_form(f"/rooms/{room}/policy", comments="on")
    sent = await ann.post_form(f"/rooms/{room}/comments", text="hello")

    assert (off.status_code, on.status_code) == (303, 303)
    assert (refused.status_code, sent.status_code) == (409, 303)
    assert 'value="hello"' in refused.text


async def test_form_changes_what_it_names_and_nothing_else(stage):
    room, mia, _ = await furnished(stage)

    await mia.post_form(f"/rooms/{room}/policy", mode="every")
    policy = await policy_of(stage, room)

    assert (policy.mode, policy.slow_ms) == (ReviewMode.EVERY, 3000)


async def test_form_of_limits_sets_them_all(stage):
    room, mia, _ = await furnished(stage)

    done = await mia.post_form(
        f"/rooms/{room}/policy",
        text_max="40",
        level_min="2",
        unique="on",
        colors="off",
        sizes="off",
        modes=["", "top", "scroll"],
    )
    policy = await policy_of(stage, room)

    assert done.status_code == 303
    assert (policy.text_max, policy.level_min, policy.slow_ms) == (40, 2, 3000)
    assert (policy.unique, policy.colors, policy.sizes) == (True, False, False)
    assert policy.modes == {Mode.TOP, Mode.SCROLL}


async def test_a_room_without_any_mode_is_refused(stage):
    room, mia, _ = await furnished(stage)

    refused = await mia.post_form(f"/rooms/{room}/policy", modes="")

    assert refused.status_code == 400
    assert (await policy_of(stage, room)).modes == ALL_MODES


async def test_comments_switched_on_again_are_reviewed_as_before(stage):
    room, mia, _ = await furnished(stage)
    await mia.post_form(f"/rooms/{room}/policy", mode="delayed", delay_ms="5000")

    for comments in ("off", "on"):
        await mia.post_form(f"/rooms/{room}/policy", comments=comments)
    policy = await policy_of(stage, room)

    assert (policy.mode, policy.delay_ms) == (ReviewMode.DELAYED, 5000)


async def test_a_delayed_comment_says_when_it_appears(stage):
    room, mia, ann = await furnished(stage)
    await mia.post_form(f"/rooms/{room}/policy", mode="delayed", delay_ms="5000")

    sent = await ann.post_form(f"/rooms/{room}/comments", text="hello")
    page = await ann.client.get(sent.headers["location"])

    assert sent.headers["location"] == f"/rooms/{room}?said=delayed&number=5"
    assert "appears in 5 s" in page.text


async def test_review_of_every_comment_holds_the_next(stage):
    room, mia, ann = await furnished(stage)

    await mia.post_form(f"/rooms/{room}/policy", mode="every")
    sent = await ann.post_form(f"/rooms/{room}/comments", text="hello")

    assert sent.headers["location"] == f"/rooms/{room}?said=held"


async def test_forms_lead_back_to_the_page_they_stood_on(stage):
    room, mia, _ = await furnished(stage)
    manage = f"/rooms/{room}/manage"
    headers = {"Origin": OUR_SITE, "Referer": OUR_SITE + manage}

    done = await mia.client.post(
        f"/rooms/{room}/broadcast", data={"csrf": mia.csrf, "action": "start"}, headers=headers
    )

    assert done.headers["location"] == manage
    assert (await stage.core.rooms.live(room)).state.is_broadcasting


async def test_page_and_forms_are_for_who_manages_the_room(stage):
    room, mia, ann = await furnished(stage)

    page, foreign = await mia.get(f"/rooms/{room}/manage"), await ann.get(f"/rooms/{room}/manage")
    changed = await ann.post_form(f"/rooms/{room}/policy", comments="off")
    guest = await stage.guest().post_form(f"/rooms/{room}/policy", comments="off")

    assert (page.status_code, foreign.status_code) == (200, 403)
    assert (changed.status_code, guest.status_code) == (403, 401)
    assert (await policy_of(stage, room)).mode is ReviewMode.MACHINE
    assert "&lt;iframe src=&#34;http://danmaku.test/embed/demo&#34;" in page.text


async def test_unknown_fields_and_values_are_refused(stage):
    room, mia, _ = await furnished(stage)

    for fields in ({"owner": "mia"}, {"mode": "closed"}, {"comments": "maybe"}, {"slow_ms": "x"}):
        answer = await mia.post_form(f"/rooms/{room}/policy", **fields)
        assert answer.status_code == 400


async def test_page_shows_the_room_s_own_words_and_the_form_sets_them(stage):
    room, mia, ann = await furnished(stage)

    saved = await mia.post_form(
        f"/rooms/{room}/words", words="# mine\r\n剧透\r\nthe ending\r\n", action="mask"
    )
    page = await mia.get(saved.headers["location"])
    await ann.post_form(f"/rooms/{room}/comments", text="t.h.e ending!")

    assert (saved.status_code, page.status_code) == (303, 200)
    assert "剧透\nthe ending</textarea>" in page.text
    assert "Saved." in page.text
    assert "2 of at most 500" in page.text
    assert '<option value="mask" selected>' in page.text
    assert f"{'*' * len('t.h.e ending')}!" in (await ann.get(f"/rooms/{room}")).text


@pytest.mark.parametrize(
    ("lang", "told"), [("en", "Line 3: has no letter"), ("zh-CN", "第 3 行： 没有可识别的")]
)
async def test_words_that_are_wrong_come_back_as_typed_with_their_lines(stage, lang, told):
    room, mia, _ = await furnished(stage)
    mia.client.headers["Accept-Language"] = lang

    refused = await mia.post_form(f"/rooms/{room}/words", words="fine\n<b>\n…", action="refuse")

    assert refused.status_code == 400
    assert told in refused.text
    assert f'action="/rooms/{room}/words#words"' in refused.text  # a phone shows that part first
    assert "fine\n&lt;b&gt;\n…</textarea>" in refused.text
    assert '<option value="refuse" selected>' in refused.text
    assert (await stage.core.rooms.live(room)).words_seq is None


async def test_who_saves_words_later_is_told_that_the_list_has_changed(stage):
    room, mia, _ = await furnished(stage)
    opened = await mia.get(f"/rooms/{room}/manage")
    first = await mia.post_form(f"/rooms/{room}/words", words="one", seen="0")

    later = await mia.post_form(f"/rooms/{room}/words", words="two\nthree", seen="0")
    kept = (await stage.core.word_lists.show(None, room))[0].words
    seq = (await stage.core.rooms.live(room)).words_seq
    again = await mia.post_form(f"/rooms/{room}/words", words="two\nthree", seen=str(seq))

    assert 'name="seen" value="0"' in opened.text
    assert (first.status_code, later.status_code, again.status_code) == (303, 409, 303)
    assert kept == ("one",)
    assert "changed this list since you opened it" in later.text
    assert "<li>one</li>" in later.text
    assert "two\nthree</textarea>" in later.text
    assert f'name="seen" value="{seq}"' in later.text


async def test_words_are_for_who_manages_the_room(stage):
    room, _, ann = await furnished(stage)

    foreign = await ann.post_form(f"/rooms/{room}/words", words="a")
    guest = await stage.guest().post_form(f"/rooms/{room}/words", words="a")

    assert (foreign.status_code, guest.status_code) == (403, 401)


# --- links for overlays


async def test_a_link_is_shown_once_listed_and_revoked(stage):
    room, mia, ann = await furnished(stage)

    made = await mia.post_form(f"/rooms/{room}/links", label="my studio")
    [link] = re.findall(rf"/overlay/{room}\?token=(ro_[\w-]+)", made.text)
    listed = await mia.get(f"/rooms/{room}/manage")
    [revoke] = re.findall(rf"/rooms/{room}/links/([\w-]+)/revoke", listed.text)
    by_another = await ann.post_form(f"/rooms/{room}/links/{revoke}/revoke")
    before = await stage.guest().get(f"/overlay/{room}?token={link}")
    revoked = await mia.post_form(f"/rooms/{room}/links/{revoke}/revoke")
    after = await stage.guest().get(f"/overlay/{room}?token={link}")

    assert "my studio" in listed.text
    assert link not in listed.text
    assert (by_another.status_code, before.status_code) == (404, 200)
    assert (revoked.status_code, after.status_code) == (303, 403)


async def test_a_link_that_is_refused_is_told_on_the_same_page(stage):
    room, mia, ann = await furnished(stage)

    too_long = await mia.post_form(f"/rooms/{room}/links", label="x" * 61)
    not_hers = await ann.post_form(f"/rooms/{room}/links", label="OBS")

    assert too_long.status_code == 400
    assert 'role="alert"' in too_long.text
    assert not_hers.status_code == 403


async def test_a_room_that_the_house_calls_news_offers_its_streamer_no_other_review(stage):
    room, mia, _ = await furnished(stage)
    await stage.core.rooms.change(None, room, lambda state: replace(state, news=True))

    page = (await mia.client.get(f"/rooms/{room}")).text
    await mia.post_form(f"/rooms/{room}/policy", mode="machine")
    state = (await stage.core.rooms.live(room)).state

    assert '<select name="mode" disabled>' in page
    assert "This room is for news" in page
    assert "News</span>" in page
    assert "News</span>" in (await mia.client.get("/")).text
    assert state.mode is ReviewMode.EVERY
