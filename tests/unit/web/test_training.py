import re

from danmaku.actions.sample_texts import sample_question_file, sample_questions
from danmaku.domain.account import Bundle

RIGHT = {f"q{place}": str(one.right) for place, one in enumerate(sample_questions().questions)}


async def test_an_editor_issues_and_a_reviewer_takes_the_test(stage):
    rey = await stage.person("rey", Bundle.REVIEWER)
    eve = await stage.person("eve", Bundle.CHIEF_EDITOR)
    assert "No questions have been issued" in (await rey.get("/training")).text
    assert "/training/questions" not in (await rey.get("/training")).text

    issued = await eve.post_form("/training/questions", text=sample_question_file())
    before = (await rey.get("/training")).text
    failed = await rey.post_form("/training", version="1", **dict.fromkeys(RIGHT, "0"))
    too_soon = await rey.post_form("/training", version="1", **RIGHT)

    assert issued.status_code == 303
    assert len(re.findall(r"<fieldset", before)) == len(RIGHT)
    assert "You need to pass this" in before
    assert "Not passed" in failed.text
    assert "Read again" in failed.text
    assert too_soon.status_code == 409


async def test_who_passes_sees_until_when_that_holds(stage):
    eve = await stage.person("eve", Bundle.CHIEF_EDITOR)
    await eve.post_form("/training/questions", text=sample_question_file())

    passed = await eve.post_form("/training", version="1", **RIGHT)

    assert "Passed" in passed.text
    assert "You have passed" in (await eve.get("/training")).text


async def test_a_question_left_out_is_asked_for(stage):
    eve = await stage.person("eve", Bundle.CHIEF_EDITOR)
    await eve.post_form("/training/questions", text=sample_question_file())

    answered = await eve.post_form("/training", version="1", q0="0")

    assert answered.status_code == 400


async def test_nobody_else_sees_the_test(stage):
    ann = await stage.person("ann")
    assert (await ann.get("/training")).status_code == 403
    assert (await ann.get("/rechecks")).status_code == 403
    assert (await ann.get("/roster")).status_code == 403
