import re

from danmaku.domain.account import Bundle

RULES = """
[[rule]]
id = "advert"
category = "spam"
class = "negative"
action = "hold"
words = ["buynow"]
"""


async def test_a_rule_set_is_drafted_compared_tried_and_put_in_force(stage):
    await stage.room()
    eve = await stage.person("eve", Bundle.CHIEF_EDITOR)
    assert 'href="/editor/rules"' in (await eve.get("/review")).text

    drafted = await eve.post_form("/editor/rules", text=RULES, why="a wave")
    path = drafted.headers["location"]
    tried = await eve.post_form("/editor/rules/try", text="buynow")
    preview = await eve.post_form(f"{path}/preview")
    activated = await eve.post_form(f"{path}/active")

    assert "advert" in (await eve.get(path)).text
    assert re.findall(r'<span class="tag">(advert)</span>', tried.text) == ["advert"]
    assert 'name="treatment"' in preview.text
    assert activated.status_code == 303
    assert "in force</span>" in (await eve.get("/editor/rules")).text


async def test_an_urgent_rule_has_its_buttons(stage):
    await stage.room()
    eve = await stage.person("eve", Bundle.CHIEF_EDITOR)
    await eve.post_form("/editor/urgent-rules", text="zqxword", why="a wave", minutes="5")

    page = (await eve.get("/editor/rules")).text
    [urgent] = re.findall(r'action="/editor/urgent-rules/(\d+)/adopt"', page)
    adopted = await eve.post_form(f"/editor/urgent-rules/{urgent}/adopt")
    after = (await eve.get("/editor/rules")).text
    ended = await eve.post_form(f"/editor/urgent-rules/{urgent}/end")

    assert (adopted.status_code, ended.status_code) == (303, 303)
    assert "adopted</span>" in after
    assert "/end" not in (await eve.get("/editor/rules")).text


async def test_a_back_scan_is_begun_from_its_preview_and_stopped(stage):
    await stage.room()
    eve = await stage.person("eve", Bundle.CHIEF_EDITOR)
    path = (await eve.post_form("/editor/rules", text=RULES)).headers["location"]
    page = (await eve.post_form(f"{path}/preview")).text
    shown = dict(
        re.findall(r'type="hidden" name="(draft|upto_ms|comments|hits)" value="(\d+)"', page)
    )

    begun = await eve.post_form("/editor/back-scans", **shown, treatment="recall", why="a wave")
    listed = (await eve.get("/editor/rules")).text
    [scan] = re.findall(r'action="/editor/back-scans/(\d+)/stop"', listed)
    await eve.post_form(f"/editor/back-scans/{scan}/stop")
    undone = await eve.post_form(f"/editor/back-scans/{scan}/undo")

    assert (begun.status_code, undone.status_code) == (303, 303)


async def test_a_reviewer_drafts_and_sees_no_other_buttons(stage):
    await stage.room()
    rey, ann = await stage.person("rey", Bundle.REVIEWER), await stage.person("ann")
    drafted = await rey.post_form("/editor/rules", text=RULES)
    refused = await rey.post_form(f"{drafted.headers['location']}/active")
    page = (await rey.get("/editor/rules")).text

    assert refused.status_code == 403
    assert re.findall(r'action="[^"]+/(active|shadow|retired)"', page) == []
    assert (await ann.get("/editor/rules")).status_code == 403
