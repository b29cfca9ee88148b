"""The reviewers' console, as browsers without a script use it."""

import csv
import io
import re
from dataclasses import dataclass

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft
from danmaku.domain.ids import ClientId
from tests.unit.web.conftest import HELD_TEXT, Caller, Stage

PEOPLE = {
    "ann": (),
    "bob": (),
    "rey": (Bundle.REVIEWER,),
    "ria": (Bundle.REVIEWER,),
    "eve": (Bundle.CHIEF_EDITOR,),
    "ins": (Bundle.INSPECTOR,),
}


@dataclass
class Scene:
    stage: Stage
    room: str
    people: dict[str, Caller]

    def __getattr__(self, login):
        return self.people[login]

    async def hold(self) -> str:
        return f"h.{self.room}.{await self.stage.hold(self.ann, self.room)}"

    async def report(self, text="look here", category="spam") -> str:
        number = await self.stage.say(self.ann, self.room, text)
        by_bob = self.stage.by_token(self.bob)
        filed = {"category": category, "room": self.room, "number": number, "text": "an advert"}
        receipt = (await by_bob.send("POST", "/api/reports", filed)).json()["receipt"]
        return (await self.stage.core.store.filed(receipt)).case.case_id


@pytest.fixture
async def scene(stage):
    room = await stage.room()
    people = {login: await stage.person(login, *grants) for login, grants in PEOPLE.items()}
    return Scene(stage, room, people)


def ids_on(page):
    return re.findall(r'<li class="case-row[^"]*" data-id="([^"]+)"', page.text)


def course_on(page):
    [course] = re.findall(r'id="course">.*?<ol[^>]*>(.*?)</ol>', page.text, re.DOTALL)
    return [re.findall(r"<span>(.*?)</span>", step) for step in course.split("</li>")[:-1]]


def actions_on(page):
    return set(re.findall(r'action="(/review/cases/[^"]+)"', page.text))


async def test_the_queue_is_narrowed_by_each_of_its_fields(scene):
    held, spam = await scene.hold(), await scene.report()
    fraud = await scene.report("buy this", category="fraud")
    await scene.rey.post_form(f"/review/cases/{spam}/claim")

    async def shown(query=""):
        return ids_on(await scene.rey.get(f"/review{query}"))

    assert await shown() == [fraud, held, spam]
    assert await shown("?kind=review&class=&category=&state=&room=") == [held]
    assert await shown("?class=illegal") == [fraud]
    assert await shown("?category=spam") == [spam]
    assert await shown("?mine=true") == await shown("?state=claimed") == [spam]
    assert await shown("?room=elsewhere") == await shown("?overdue=true") == []
    assert await shown("?state=decided") == []
    assert (await scene.rey.get("/review?kind=nonsense")).status_code == 400


async def test_the_next_case_is_claimed_shown_with_its_surroundings_and_decided(scene):
    await scene.stage.say(scene.bob, scene.room, "just before")
    held = await scene.hold()

    went = await scene.rey.post_form("/review/next", kind="")
    page = await scene.rey.get(went.headers["location"])

    assert went.headers["location"] == f"/review/cases/{held}"
    assert "<mark" in page.text
    assert "wobblesnark" in page.text
    assert "just before" in page.text
    assert f'href="/rooms/{scene.room}#t=0"' in page.text
    assert 'data-key="a"' in page.text
    done = await scene.rey.post_form(
        f"/review/cases/{held}/decide", outcome="rejected", category="other", onward="true"
    )
    assert done.headers["location"] == "/review"
    comments = (await scene.ann.get(f"/api/rooms/{scene.room}/comments")).json()["comments"]
    assert [one["text"] for one in comments][:1] == [HELD_TEXT]


async def test_a_case_leads_to_the_bulk_recall_of_its_author_with_the_form_filled_in(scene):
    case_id = await scene.report()

    page = await scene.rey.get(f"/review/cases/{case_id}")
    inspected = await scene.ins.get(f"/review/cases/{case_id}")
    like, link = re.findall(r'href="(/bulk\?[^"]+)"', page.text)
    form = await scene.rey.get(link.replace("&amp;", "&"))
    likened = await scene.rey.get(like)

    assert f'name="login" maxlength="100" value="{scene.ann.who.login}"' in form.text
    assert f'name="room" maxlength="32" value="{scene.room}"' in form.text
    assert f'name="like" maxlength="50" value="{scene.room}-1"' in likened.text
    assert "/bulk?" not in inspected.text


async def test_what_somebody_else_works_on_says_who_that_is_and_takes_no_decision(scene):
    case_id = await scene.report()
    await scene.rey.post_form(f"/review/cases/{case_id}/claim")

    page = await scene.ria.get(f"/review/cases/{case_id}")
    taken = await scene.ria.post_form(f"/review/cases/{case_id}/claim")
    decided = await scene.ria.post_form(f"/review/cases/{case_id}/decide", outcome="upheld")

    assert actions_on(page) == set()
    assert "rey works on it." in page.text
    assert [one.status_code for one in (taken, decided)] == [403, 403]
    assert 'role="alert"' in taken.text
    assert "rey" in (await scene.ria.get("/review")).text


async def test_a_confirmed_report_removes_the_comment_and_warns_its_author(scene):
    case_id = await scene.report()
    await scene.rey.post_form(f"/review/cases/{case_id}/claim")

    fields = {"outcome": "upheld", "category": "spam", "note": "so it is", "step": "warn"}
    done = await scene.rey.post_form(f"/review/cases/{case_id}/decide", **fields)
    page = await scene.rey.get(f"/review/cases/{case_id}")

    assert done.status_code == 303
    assert "so it is" in page.text
    assert 'class="lease"' not in page.text
    assert course_on(page) == [
        ["opened"],
        ["last taken up, given back or passed on"],
        ["Comment removed"],
        ["Warning"],
        ["decided · right", "rey"],
    ]
    assert actions_on(page) == set()
    [comment] = (await scene.ann.get(f"/api/rooms/{scene.room}/comments")).json()["comments"]
    assert (comment["kind"], comment["by"]) == ("marker", "platform")
    measures = (await scene.ann.get("/api/me/measures")).json()["measures"]
    assert {one["step"] for one in measures} == {"delete", "warn"}
    assert ids_on(await scene.rey.get("/review?state=decided")) == [case_id]


async def test_a_case_is_given_back_passed_on_merged_and_held_back(scene):
    first, second = await scene.report(), await scene.report("look there")
    for case_id in (first, second):
        await scene.rey.post_form(f"/review/cases/{case_id}/claim")

    suspended = await scene.rey.post_form(
        f"/review/cases/{first}/provisional", step="suspend", hours="1", basis="rule 3"
    )
    merged = await scene.rey.post_form(f"/review/cases/{second}/merge", into=first)
    back = await scene.rey.post_form(f"/review/cases/{first}/release")
    await scene.rey.post_form(f"/review/cases/{first}/claim")
    passed = await scene.rey.post_form(f"/review/cases/{first}/escalate", note="too hard")

    assert [one.status_code for one in (suspended, merged, back, passed)] == [303] * 4
    assert ids_on(await scene.rey.get("/review?state=escalated")) == [first]
    page = await scene.rey.get(f"/review/cases/{first}")
    assert "Somebody else decides this." in page.text
    assert actions_on(await scene.eve.get(f"/review/cases/{first}")) == {
        f"/review/cases/{first}/claim"
    }


async def test_an_appeal_against_ones_own_decision_is_not_offered(scene):
    case_id = await scene.report()
    await scene.rey.post_form(f"/review/cases/{case_id}/claim")
    await scene.rey.post_form(f"/review/cases/{case_id}/decide", outcome="upheld")
    appeal = {"text": "it is my own film", "room": scene.room, "number": 1}
    await scene.stage.by_token(scene.ann).send("POST", "/api/appeals", appeal)
    [appealed] = ids_on(await scene.rey.get("/review?kind=appeal"))

    page = await scene.rey.get(f"/review/cases/{appealed}")
    nothing = await scene.rey.post_form("/review/next")
    other = await scene.ria.post_form("/review/next")

    assert 'id="hindrance"' in page.text
    assert actions_on(page) == set()
    assert nothing.headers["location"] == "/review"
    assert other.headers["location"] == f"/review/cases/{appealed}"
    await scene.ria.post_form(f"/review/cases/{appealed}/decide", outcome="upheld")
    [comment] = (await scene.ann.get(f"/api/rooms/{scene.room}/comments")).json()["comments"]
    assert (comment["text"], comment["restored"]) == ("look here", True)


async def test_many_are_decided_at_once_and_what_could_not_be_is_named(scene):
    first, second = await scene.hold(), await scene.hold()
    await scene.ria.post_form(f"/review/cases/{second}/claim")

    page = await scene.rey.post_form(
        "/review/decide", cases=[first, second], outcome="upheld", category="spam"
    )

    assert 'data-decided="1"' in page.text
    assert f'<a href="/review/cases/{second}">{second}</a>:' in page.text
    assert ids_on(page) == [second]
    none = await scene.rey.post_form("/review/decide", outcome="upheld")
    assert (none.status_code, 'role="alert"' in none.text) == (400, True)


async def test_the_script_gets_the_rows_that_the_page_has(scene):
    held = await scene.hold()

    answer = (await scene.rey.get("/review/rows?kind=review")).json()

    [row] = answer["rows"]
    assert (row["id"], row["text"], row["url"]) == (held, HELD_TEXT, f"/review/cases/{held}")
    assert (row["kind_text"], row["claimant"], row["is_mine"]) == ("Held", "", False)
    assert (await scene.rey.get("/review/rows?kind=appeal")).json()["rows"] == []
    assert (await scene.ann.get("/review/rows")).status_code == 403


async def test_the_list_is_taken_along_as_a_spreadsheet(scene):
    await scene.report("=HYPERLINK(1)")
    await scene.hold()

    found = await scene.rey.get("/api/cases.csv?class=negative")

    [head, row] = csv.reader(io.StringIO(found.text.removeprefix("\ufeff")))
    one = dict(zip(head, row, strict=True))
    assert (one["text"], one["kind"], one["category"]) == ("'=HYPERLINK(1)", "report", "spam")
    assert (one["overdue"], one["claimant"], one["reports"]) == ("no", "", "1")
    assert len((await scene.rey.get("/api/cases.csv")).text.splitlines()) == 3
    assert (await scene.ann.get("/api/cases.csv")).status_code == 403


async def test_who_only_reads_sees_cases_and_no_buttons(scene):
    case_id = await scene.report()

    queue, page = [await scene.ins.get(path) for path in ("/review", f"/review/cases/{case_id}")]

    assert ids_on(queue) == [case_id]
    assert 'id="batch"' not in queue.text
    assert actions_on(page) == set()
    assert (await scene.ann.get("/review")).status_code == 403
    assert (await scene.ann.get(f"/review/cases/{case_id}")).status_code == 403
    assert (await scene.rey.get("/review/cases/r999")).status_code == 404


async def test_news_are_for_readers_and_end_with_the_server(scene):
    scene.stage.core.offices.review.news.close()

    news = await scene.rey.get("/api/cases/news")

    assert news.headers["content-type"].startswith("text/event-stream")
    assert (news.status_code, news.text) == (200, "")
    assert (await scene.ann.get("/api/cases/news")).status_code == 403
    assert (await scene.stage.guest().get("/api/cases/news")).status_code == 401


async def test_programs_get_what_is_around_a_case_and_decide_many(scene):
    first, second = await scene.hold(), await scene.report()
    rey = scene.stage.by_token(scene.rey)

    context = (await rey.send("GET", f"/api/cases/{first}/context")).json()
    body = {"cases": [first, second, "r999"], "outcome": "rejected"}
    done = (await rey.send("POST", "/api/cases/decide", body)).json()

    assert [part["text"] for part in context["comment"]["stretches"] if part["rules"]]
    assert context["author"]["login"] == "ann"
    assert (context["hindrance"], context["suggested"]) == (None, "other")
    assert done["cases"] == [
        {"case_id": first, "code": None},
        {"case_id": second, "code": None},
        {"case_id": "r999", "code": "not_found"},
    ]


async def test_pages_are_light(scene):
    for number in range(60):
        text = f"{HELD_TEXT} number {number}, and read all of this, for it is as long as any"
        draft = Draft(ClientId(f"long-{number}"), text)
        await scene.stage.core.comments.post(scene.ann.who, scene.room, draft)

    queue = await scene.rey.get("/review")

    assert len(ids_on(queue)) == 50
    assert len(queue.content) < 100_000
    assert 'rel="next"' in queue.text


async def test_the_consoles_bar_leads_to_what_a_persons_powers_open_and_no_further(stage):
    await stage.room("here")
    rey = await stage.person("rey", Bundle.REVIEWER)
    tom = await stage.person("tom", (Bundle.MODERATOR, "here"))
    ann = await stage.person("ann")

    def bar(page):
        [nav] = re.findall(r'<nav class="consoles".*?</nav>', page.text, re.DOTALL)
        return re.findall(r'href="([^"]+)"( aria-current="page")?', nav)

    first, *others = bar(await rey.get("/review"))
    assert first == ("/review", ' aria-current="page"')
    assert {("/names", ""), ("/measures", ""), ("/editor/rules", "")} <= {*others}
    assert {"/inspect", "/applications", "/disclosures"}.isdisjoint(dict(others))
    assert bar(await tom.get("/review")) == [("/review", ' aria-current="page"')]
    assert 'class="consoles"' not in (await ann.get("/rooms")).text
    assert ">Consoles</a>" not in (await ann.get("/")).text
    assert '<a href="/review">Consoles</a>' in (await tom.get("/")).text
