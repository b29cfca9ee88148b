import re

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.articles import Article
from danmaku.web.duty import served
from danmaku.web.pages import HERE
from danmaku.web.texts import LANGUAGES, Texts

ROW = re.compile(r'<li id="([^"]+)" data-green="(yes|no)">')


@pytest.fixture
async def eve(stage):
    return await stage.person("eve", Bundle.CHIEF_EDITOR)


async def test_every_duty_has_its_row(eve):
    page = await eve.get("/duty")

    assert [clause for clause, _ in ROW.findall(page.text)] == [one.clause for one in Article]


async def test_the_list_can_be_filtered(eve):
    gaps = (await eve.get("/duty?shown=gaps")).text
    green = (await eve.get("/duty?shown=green&words=appeal")).text

    assert {state for _, state in ROW.findall(gaps)} <= {"no"}
    assert {state for _, state in ROW.findall(green)} == {"yes"}
    assert "A13¶2" in green
    assert "A8b" not in green
    table = (await eve.get("/duty.csv?shown=green&words=appeal")).text.splitlines()
    clauses = [clause for clause, _ in ROW.findall(green)]
    assert [line.split(",")[0].strip('"') for line in table[1:]] == clauses


async def test_what_the_house_lacks_is_explained(eve):
    page = await eve.get("/duty?words=A4(1)")

    assert "Nobody is asked who they are." in page.text


async def test_only_those_who_answer_for_it_see_it(stage):
    people = {
        bundle: await stage.person(bundle.value.replace("_", ""), bundle)
        for bundle in (Bundle.REVIEWER, Bundle.INSPECTOR, Bundle.OPERATOR)
    }

    codes = {bundle: (await one.get("/duty")).status_code for bundle, one in people.items()}

    assert codes == {Bundle.REVIEWER: 403, Bundle.INSPECTOR: 200, Bundle.OPERATOR: 200}
    assert (await stage.guest().get("/duty")).status_code == 303


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_duty_has_its_words(lang):
    texts = Texts(HERE / "texts")

    said = {one: texts.say(lang, f"duty.of.{one.name.lower()}") for one in Article}

    assert [one for one, text in said.items() if text == one.name.lower()] == []
    if lang == "en":
        assert said == {one: one.duty for one in Article}


def test_the_table_names_places_without_marks():
    assert all("`" not in place for one in served().values() for place in (*one.code, *one.tests))
