from danmaku.domain.account import Bundle
from tests.unit.web.conftest import REFUSED_TEXT


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
    assert (empty.status_code, 'role="alert"' in empty.text) == (400, True)
    reviewer = stage.by_token(await stage.person("rey", Bundle.REVIEWER))
    [report] = (await reviewer.send("GET", "/api/reports")).json()["reports"]
    assert report["receipt"] in done.text
    assert (report["category"], report["text"]) == ("appeal", f"{room} {seq}: A quotation.")


async def test_guests_sign_in_before_they_appeal(stage):
    asked = await stage.guest().get("/me/appeal")

    assert asked.headers["location"] == "/sign-in?next=%2Fme%2Fappeal"


async def test_api_takes_an_appeal_and_grants_it(stage):
    ann, room = await stage.person("ann"), await stage.room()
    seq = await refused(stage, ann, room)
    rey = stage.by_token(await stage.person("rey", Bundle.REVIEWER))
    fields = {"room": room, "seq": seq, "text": "A quotation."}
    path = f"/api/rooms/{room}/refused/{seq}/publish"

    filed = await stage.by_token(ann).send("POST", "/api/me/appeals", fields)
    own = await stage.by_token(ann).send("POST", path)
    granted = await rey.send("POST", path)
    again = await rey.send("POST", path)

    assert (filed.status_code, bool(filed.json()["receipt"])) == (201, True)
    assert (own.status_code, granted.status_code, again.status_code) == (403, 200, 404)
    assert granted.json()["number"] == 1
    [shown] = (await ann.get(f"/api/rooms/{room}/comments")).json()["comments"]
    assert (shown["text"], shown["position_ms"], shown["late"]) == (REFUSED_TEXT, 500, True)


async def test_nobody_appeals_what_is_not_about_them(stage):
    ann, bob, room = await stage.person("ann"), await stage.person("bob"), await stage.room()
    seq = await refused(stage, ann, room)

    foreign = await bob.post_form("/me/appeal", room=room, seq=str(seq), text="Let it be.")
    unknown = await bob.post_form("/me/appeal", measure_id="none", text="Why?")

    assert (foreign.status_code, unknown.status_code) == (404, 404)
