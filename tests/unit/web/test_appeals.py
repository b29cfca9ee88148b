from danmaku.domain.account import Bundle
from danmaku.domain.ids import PLATFORM
from tests.unit.web.conftest import HELD_TEXT, REFUSED_TEXT


async def refused(stage, ann, room):
    """Seq of a comment of ann's that the filter refuses."""
    fields = {"id": "c-refused", "text": REFUSED_TEXT, "position_ms": 500}
    answer = await stage.by_token(ann).send("POST", f"/api/rooms/{room}/comments", fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "prohibited")
    [row, *_] = await stage.house.offices.privacy.own.newest(ann.who)
    return row.comment.origin


async def test_ones_own_page_leads_from_a_refusal_to_its_receipt(stage):
    ann, room = await stage.person("ann"), await stage.room()
    seq = await refused(stage, ann, room)

    page = await ann.get("/me")
    form = await ann.get("/me/appeal", params={"room": room, "seq": seq})
    empty = await ann.post_form("/me/appeal", room=room, seq=str(seq), text=" ")
    done = await ann.post_form("/me/appeal", room=room, seq=str(seq), text="A quotation.")

    assert f'href="/me/appeal?room={room}&amp;seq={seq}"' in page.text
    assert f'name="seq" value="{seq}"' in form.text
    for asked in (form, empty):
        assert f'<q dir="auto">{REFUSED_TEXT}</q>' in asked.text
    assert (empty.status_code, 'role="alert"' in empty.text) == (400, True)
    reviewer = stage.by_token(await stage.person("rey", Bundle.REVIEWER))
    [case] = (await reviewer.send("GET", "/api/cases?kind=appeal")).json()["cases"]
    [filed] = (await stage.by_token(ann).send("GET", "/api/me/filed")).json()["filed"]
    assert (case["room"], case["origin"], filed["kind"]) == (room, seq, "appeal")
    assert filed["receipt"] in done.text


async def test_who_appeals_reads_against_what_and_nothing_of_others(stage):
    ann, bob = [await stage.person(login) for login in ("ann", "bob")]
    rey = stage.by_token(await stage.person("rey", Bundle.REVIEWER))
    await stage.by_token(ann).send("PUT", "/api/me/name", {"name": HELD_TEXT})
    name = (await stage.core.store.tops([PLATFORM]))[PLATFORM]
    warning = {"step": "warn", "login": "ann", "category": "spam", "basis": "rule 3"}
    await rey.send("POST", "/api/measures", warning | {"note": "No adverts."})
    [row] = await stage.house.offices.measures.own(ann.who)
    measure = {"measure_id": row.fact.measure.measure_id}

    shown, named = [
        (await ann.get("/me/appeal", params=asked)).text for asked in (measure, {"name": name})
    ]
    others = (await bob.get("/me/appeal", params=measure)).text

    assert "<strong>Warning</strong> · " in shown
    assert '<q dir="auto">No adverts.</q>' in shown
    assert f'<q dir="auto">{HELD_TEXT}</q>' in named
    assert "about-what" not in others


async def test_guests_sign_in_before_they_appeal(stage):
    asked = await stage.guest().get("/me/appeal?measure_id=m1")

    assert asked.headers["location"] == "/sign-in?next=%2Fme%2Fappeal%3Fmeasure_id%3Dm1"


async def test_api_takes_an_appeal_against_a_comment_or_a_name_and_grants_it(stage):
    ann, room = await stage.person("ann"), await stage.room()
    seq = await refused(stage, ann, room)
    by_ann, rey = (stage.by_token(who) for who in (ann, await stage.person("rey", Bundle.REVIEWER)))
    await by_ann.send("PUT", "/api/me/name", {"name": REFUSED_TEXT})
    name = (await stage.core.store.tops([PLATFORM]))[PLATFORM]
    against = ({"room": room, "origin": seq}, {"name": name})

    filed = [
        (await by_ann.send("POST", "/api/appeals", {"text": "A bird."} | one)).status_code
        for one in against
    ]
    outcomes = []
    for _ in against:
        case = (await rey.send("POST", "/api/cases/next", {})).json()["case"]
        path = f"/api/cases/{case['case_id']}/decide"
        outcomes.append((await rey.send("POST", path, {"outcome": "upheld"})).status_code)

    assert (filed, outcomes) == ([201, 201], [200, 200])
    [shown] = (await ann.get(f"/api/rooms/{room}/comments")).json()["comments"]
    assert (shown["text"], shown["position_ms"], shown["late"]) == (REFUSED_TEXT, 500, True)
    assert f"<h1>{REFUSED_TEXT}</h1>" in (await ann.get("/me")).text


async def test_nobody_appeals_what_is_not_about_them(stage):
    ann, bob, room = await stage.person("ann"), await stage.person("bob"), await stage.room()
    seq = await refused(stage, ann, room)

    foreign = await bob.post_form("/me/appeal", room=room, seq=str(seq), text="Let it be.")
    unknown = await bob.post_form("/me/appeal", measure_id="none", text="Why?")

    assert (foreign.status_code, unknown.status_code) == (404, 404)
