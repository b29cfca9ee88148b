import re
from statistics import median
from time import perf_counter

from danmaku.web.visit import session_cookie

PASSWORD = "correct horse battery"
TRIES = 8  # fewer than one login may have in a row


async def test_registering_signs_in_and_leads_back(stage):
    guest = stage.guest()

    done = await guest.post_form(
        "/register", name="ann", display_name="安", password=PASSWORD, next="/rooms/demo"
    )
    account = await guest.get("/account")

    assert (done.status_code, done.headers["location"]) == (303, "/rooms/demo")
    assert "安" in account.text


async def test_signing_in_gives_a_new_secret_and_ends_the_old_session(stage):
    await stage.core.people.register("ann", "Ann", PASSWORD)
    ann = stage.guest()
    await ann.post_form("/sign-in", name="ann", password=PASSWORD)
    first = ann.client.cookies[session_cookie(stage.house)]
    ann.secret = first

    await ann.post_form("/sign-in", name="ann", password=PASSWORD)
    second = ann.client.cookies[session_cookie(stage.house)]

    assert first != second
    assert await stage.core.people.session(first) is None
    assert (await stage.core.people.session(second)).login == "ann"


async def test_wrong_password_says_so_and_keeps_the_name_but_not_the_password(stage):
    await stage.core.people.register("ann", "Ann", PASSWORD)

    page = await stage.guest().post_form("/sign-in", name="ann", password="wrong password")

    assert page.status_code == 401
    assert "is not right" in page.text
    assert 'value="ann"' in page.text
    assert "wrong password" not in page.text


async def test_taken_name_and_short_password_come_back_with_the_reason(stage):
    await stage.core.people.add("ann", "Ann", None)
    guest = stage.guest()

    taken = await guest.post_form("/register", name="ann", display_name="A", password=PASSWORD)
    short = await guest.post_form("/register", name="bob", display_name="B", password="short")

    assert (taken.status_code, short.status_code) == (409, 400)
    assert "This user name is taken." in taken.text
    assert "A password has 10 to 256 characters." in short.text


async def test_signing_out_ends_the_session(stage):
    ann = await stage.person("ann")

    done = await ann.post_form("/sign-out")

    assert await stage.core.people.session(ann.secret) is None
    assert done.headers["set-cookie"].startswith('danmaku=""; ')
    assert "Max-Age=0" in done.headers["set-cookie"]


async def test_a_token_is_shown_once_and_dies_when_revoked(stage):
    ann = await stage.person("ann")
    made = await ann.post_form("/account/tokens", label="my player")
    secret = re.search(r'<code class="secret">([^<]+)</code>', made.text)[1]
    account = await ann.get("/account")
    tokens = re.findall(r"/account/tokens/([^/]+)/revoke", account.text)
    as_program = stage.browser()

    before = await as_program.get("/api/me", headers={"Authorization": f"Bearer {secret}"})
    for token in tokens:
        await ann.post_form(f"/account/tokens/{token}/revoke")
    after = await as_program.get("/api/me", headers={"Authorization": f"Bearer {secret}"})

    assert secret not in account.text
    assert (before.status_code, after.status_code) == (200, 401)


async def test_changing_the_password_ends_every_other_session(stage):
    await stage.core.people.register("ann", "Ann", PASSWORD)
    here, there = stage.guest(), stage.guest()
    for browser in (here, there):
        await browser.post_form("/sign-in", name="ann", password=PASSWORD)
        browser.secret = browser.client.cookies[session_cookie(stage.house)]

    wrong = await here.post_form("/account/password", old="no", new="another horse battery")
    done = await here.post_form("/account/password", old=PASSWORD, new="another horse battery")

    assert (wrong.status_code, done.status_code) == (401, 200)
    assert (await here.get("/account")).status_code == 200
    assert (await there.get("/account")).status_code == 303


async def test_a_reset_link_sets_a_password_once(stage):
    await stage.core.people.register("ann", "Ann", PASSWORD)
    link = (await stage.desk.post("/accounts/ann/reset")).json()["url"]
    guest = stage.guest()

    page = await guest.get(link)
    done = await guest.post_form(link, password="another horse battery")
    again = await guest.post_form(link, password="a third horse battery")
    signed_in = await guest.post_form("/sign-in", name="ann", password="another horse battery")

    assert (page.status_code, done.status_code, again.status_code) == (200, 200, 404)
    assert signed_in.status_code == 303


async def test_the_token_of_a_guests_form_is_not_good_after_signing_in(stage):
    await stage.core.people.register("ann", "Ann", PASSWORD)
    ann = stage.guest()
    await ann.post_form("/sign-in", name="ann", password=PASSWORD)

    refused = await ann.post_form("/sign-out")
    ann.secret = ann.client.cookies[session_cookie(stage.house)]
    done = await ann.post_form("/sign-out")

    assert (refused.status_code, done.status_code) == (403, 303)


async def test_nothing_in_an_answer_nor_its_time_tells_whether_there_is_such_a_login(stage):
    await stage.core.people.register("ann", "Ann", PASSWORD)
    said, took_s = {}, {"ann": [], "bob": []}

    for _ in range(TRIES):
        for login, times in took_s.items():
            began_s = perf_counter()
            page = await stage.guest().post_form("/sign-in", name=login, password="x" * 20)
            times.append(perf_counter() - began_s)
            words = re.sub(r'(nonce|value)="[^"]*"', "", page.text)
            said.setdefault((page.status_code, words), set()).add(login)

    assert [*said.values()] == [{"ann", "bob"}]
    assert 0.5 < median(took_s["ann"]) / median(took_s["bob"]) < 2  # without the work: below 0.1


async def test_every_page_of_somebody_signed_in_says_how_to_sign_out(stage):
    await stage.room()
    ann, guest = await stage.person("ann"), stage.guest()
    way = 'action="/sign-out"'

    for path in ("/", "/rooms/demo", "/account", "/account/sessions", "/me"):
        page = await ann.get(path)
        assert page.status_code == 200, path
        assert way in page.text, path
    assert way not in (await guest.get("/")).text
