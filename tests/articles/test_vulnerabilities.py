"""Weaknesses are registered, shown while they are open, mended with a remedy, and exported.

Article: Article.VULNERABILITIES
"""

from danmaku.domain.account import Bundle
from danmaku.web.forms import form_token_of
from danmaku.web.visit import session_cookie
from tests.articles.verbs import bearer


async def test_an_open_one_of_high_risk_is_on_the_operators_page_until_it_is_mended(site):
    olga = await site.person("olga", Bundle.OPERATOR)
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    secret = await site.core.people.sessions.open(olga.who.account)
    cookie = {"Cookie": f"{session_cookie(site.server._house)}={secret}"}
    said = {
        "title": "Tokens in a log",
        "risk": "high",
        "text": "Line 3.",
        "csrf": form_token_of(secret),
    }

    sent = await site.api.post("/filings/vulnerabilities", data=said, headers=cookie)
    shown = (await site.api.get("/filings", headers=cookie)).text
    [one] = (await site.api.get("/api/filings", headers=bearer(olga))).json()["filings"]

    async def act(person, verb, **fields):
        path = f"/api/filings/{one['filing']}/{verb}"
        if verb == "turn":
            fields["revision"] = one["revision"]
        return (await site.api.post(path, json=fields, headers=bearer(person))).status_code

    assert sent.status_code == 303
    assert 'role="alert"' in shown
    assert await act(olga, "turn", state="ready") == 200
    assert await act(eve, "turn", state="waived", note="no harm") == 403
    assert await act(olga, "mend", remedy=" ") == 400
    assert await act(olga, "mend", remedy="The field is dropped.") == 200
    assert await act(eve, "turn", state="approved") == 200
    assert await act(eve, "turn", state="submitted", receipt="2026-7") == 200
    assert await act(eve, "turn", state="acknowledged") == 200
    assert 'role="alert"' not in (await site.api.get("/filings", headers=cookie)).text
    table = (await site.api.get("/api/filings.csv", headers=bearer(olga))).text.splitlines()
    assert len(table) == 2
    assert '"Tokens in a log"' in table[1]
