"""A case through the API, from the report to the receipt and the appeal."""

from danmaku.domain.account import Bundle


async def test_a_report_is_decided_and_its_decision_appealed_against(stage):
    room = await stage.room()
    ann, rey, ria = [
        stage.by_token(await stage.person(login, *grants))
        for login, grants in (("ann", ()), ("rey", (Bundle.REVIEWER,)), ("ria", (Bundle.REVIEWER,)))
    ]
    author = await stage.person("author")
    number = await stage.say(author, room, "look here")
    report = {"category": "spam", "room": room, "number": number, "text": "an advert"}
    receipt = (await ann.send("POST", "/api/reports", report)).json()["receipt"]
    claimed = (await rey.send("POST", "/api/cases/next", {})).json()["case"]
    case_id = claimed["case_id"]
    refused = await ria.send("POST", f"/api/cases/{case_id}/claim")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_granted")
    assert refused.json()["until_ms"] == claimed["lease_until_ms"]
    whole = (await rey.send("GET", f"/api/cases/{case_id}")).json()
    assert [one["text"] for one in whole["filings"]] == ["an advert"]

    decision = {"outcome": "upheld", "note": "so it is", "steps": [{"step": "warn"}]}
    await rey.send("POST", f"/api/cases/{case_id}/decide", decision)

    state = (await stage.guest().get(f"/api/receipts/{receipt}")).json()
    assert (state["state"], state["outcome"]) == ("decided", "upheld")
    assert not {"filer", "case_id", "text"} & {*state}
    [filed] = (await ann.send("GET", "/api/me/filed")).json()["filed"]
    assert filed["receipt"] == receipt
    appeal = {"text": "it is my own film", "room": room, "number": number}
    by_author = stage.by_token(author)
    await by_author.send("POST", "/api/appeals", appeal)
    asked = (await rey.send("POST", "/api/cases/next", {})).json()
    assert asked == {"case": None}
    second = (await ria.send("POST", "/api/cases/next", {"kinds": ["appeal"]})).json()["case"]
    await ria.send("POST", f"/api/cases/{second['case_id']}/decide", {"outcome": "upheld"})
    [shown] = (await stage.guest().get(f"/api/rooms/{room}/comments")).json()["comments"]
    assert (shown["number"], shown["text"], shown["restored"]) == (number, "look here", True)


async def test_lists_are_read_a_page_at_a_time(stage):
    room = await stage.room()
    rey = stage.by_token(await stage.person("rey", Bundle.REVIEWER))
    author = await stage.person("author")
    for _ in range(2):
        await stage.hold(author, room)
    first = (await rey.send("GET", "/api/cases?kind=review&state=open&desk=platform")).json()
    assert len(first["cases"]) == 2

    rest = (await rey.send("GET", f"/api/cases?after={first['next']}")).json()

    assert rest == {"cases": [], "next": None}
    for wrong in ("after=nothing", "kind=nonsense", "what=1"):
        assert (await rey.send("GET", f"/api/cases?{wrong}")).status_code == 400
    for query in ("overdue=true", "mine=true", "ended=true&category=spam"):
        assert (await rey.send("GET", f"/api/cases?{query}")).json()["cases"] == []


async def test_who_complains_may_take_it_back(stage):
    room = await stage.room()
    guest = stage.guest()
    complaint = {"category": "privacy", "text": "my address", "contact": "a@b.example"}
    done = await guest.send("POST", "/api/complaints", complaint | {"room": room})
    receipt = done.json()["receipt"]

    gone = await guest.send("POST", f"/api/receipts/{receipt}/withdraw")

    assert (done.status_code, gone.status_code) == (201, 204)
    assert (await guest.get(f"/api/receipts/{receipt}")).json()["state"] == "withdrawn"


async def test_a_provisional_measure_is_taken_and_a_case_passed_on(stage):
    room = await stage.room()
    rey = stage.by_token(await stage.person("rey", Bundle.REVIEWER))
    author = await stage.person("author")
    number = await stage.say(author, room, "look here")
    await stage.guest().send(
        "POST", "/api/reports", {"category": "spam", "room": room, "number": number}
    )
    case = (await rey.send("POST", "/api/cases/next", {})).json()["case"]
    path = f"/api/cases/{case['case_id']}"
    step = {"step": "suspend", "lasts_ms": 60_000, "basis": "rule 3"}

    measure = await rey.send("POST", f"{path}/provisional", step)
    renewed = await rey.send("POST", f"{path}/claim")
    passed_on = await rey.send("POST", f"{path}/escalate", {"note": "too hard"})

    assert (measure.status_code, measure.json()["step"]) == (201, "suspend")
    assert renewed.json()["claimant"] == "rey"
    assert (passed_on.json()["state"], passed_on.json()["desk"]) == ("escalated", "editor")
    assert (await rey.send("POST", f"{path}/release")).status_code == 403
