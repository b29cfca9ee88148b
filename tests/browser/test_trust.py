"""What people write is text, on every page and in every part of it; and no page breaks its policy.

The fixture `visits` fails each test of this folder in which a page's policy had to stop anything.
"""

import pytest
from playwright.sync_api import Page, expect

# Each calls for `window.ran`, in another place where markup has a meaning.
PAYLOADS = (
    "<script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "<svg onload=window.ran=1>",
    "<iframe srcdoc='<script>parent.ran=1</script>'>",
    '"><script>window.ran=1</script>',
    "'><img src=x onerror=window.ran=1>",
    "</script><script>window.ran=1</script>",
    "</template><script>window.ran=1</script>",
    "</textarea><svg/onload=window.ran=1>",
    "<!--<script>window.ran=1</script>-->",
    "]]><script>window.ran=1</script>",
    "javascript:window.ran=1",
    "<a href=javascript:window.ran=1>x</a>",
    "{{constructor.constructor('window.ran=1')()}}",
    "${window.ran=1}",
    "<math><mi xlink:href=javascript:window.ran=1>",
    "<details open ontoggle=window.ran=1>",
    "<body onload=window.ran=1>",
    "\\u003cscript>window.ran=1\\u003c/script>",
    "&lt;script&gt;window.ran=1&lt;/script&gt;",
)
NAME = "<svg onload=ran=1>"
PAGES = (
    ("/", None),
    ("/sign-in", None),
    ("/register", None),
    ("/report?room={room}&number=1", None),
    ("/account", "ann"),
    ("/review", "rey"),
    ("/rooms/{room}", None),
    ("/rooms/{room}/manage", "mia"),
    ("/rooms/{room}/comments/1", None),
    ("/embed/{room}", None),
    ("/docs", None),
    ("/rooms/there-is-none", None),
    ("/me", "ann"),
    ("/me/credit", "ann"),
    ("/me/appeal", "ann"),
    ("/account/identity", "ann"),
    ("/privacy", None),
    ("/rules", None),
)


@pytest.fixture(scope="module")
def poisoned(house):
    """A room full of markup, in its title and in names too."""
    room = house.room(live=True, title="</title><script>window.ran=1</script>")
    house.account(f"mallory-{room}", NAME)
    for payload in PAYLOADS:
        assert house.comment(room, f"mallory-{room}", payload) == "published"
    return room


def has_run(page: Page) -> bool:
    return page.evaluate("() => [window, ...Array.from(frames)].some((each) => 'ran' in each)")


def test_markup_in_the_rendered_list_is_shown_as_it_was_written(visits, poisoned):
    ann = visits.room(poisoned, "ann")

    texts = ann.page.locator("#list .row-text").all_text_contents()

    assert texts == [*reversed(PAYLOADS)]
    assert not has_run(ann.page)


def test_markup_that_arrives_live_is_shown_as_it_was_written(house, visits):
    room = house.room(live=True)
    house.account(f"mallory-{room}", NAME)
    ann = visits.room(room, "ann")

    for payload in PAYLOADS:
        house.comment(room, f"mallory-{room}", payload)

    expect(ann.row(len(PAYLOADS))).to_be_visible()
    assert ann.page.locator("#list .row-text").all_text_contents() == [*reversed(PAYLOADS)]
    shown = ann.page.locator(".fly > span:first-child").all_text_contents()
    assert shown
    assert set(shown) <= set(PAYLOADS)
    ann.open_settings()
    ann.shield("ran=1")
    expect(ann.page.locator("#kept-back li")).to_have_count(len(PAYLOADS))
    ann.shield(NAME)
    assert not has_run(ann.page)


@pytest.mark.parametrize("number", range(1, len(PAYLOADS) + 1))
def test_markup_on_a_permanent_page_is_shown_as_it_was_written(house, visits, poisoned, number):
    page = visits.page()

    page.goto(f"{house.url}/rooms/{poisoned}/comments/{number}")

    expect(page.locator(".quote-text")).to_have_text(PAYLOADS[number - 1])
    assert not has_run(page)


def test_markup_in_the_review_list_is_shown_as_it_was_written(house, visits):
    room = house.room()
    house.account(f"mallory-{room}", NAME)
    house.as_("mia", "PATCH", f"/api/rooms/{room}", {"mode": "every"})
    for payload in PAYLOADS:
        assert house.comment(room, f"mallory-{room}", payload) == "held"
    rey = visits.page("rey")

    for page, texts in (("/review/held", ".held-text bdi"), ("/review", ".case-link bdi")):
        rey.goto(f"{house.url}{page}?room={room}")

        assert rey.locator(texts).all_text_contents() == [*PAYLOADS]
    assert not has_run(rey)


def test_markup_in_a_frame_is_shown_as_it_was_written(house, visits, poisoned):
    page = visits.page()
    page.goto(f"{house.url}/embed/{poisoned}")
    expect(page.locator("body")).to_have_attribute("data-connection", "joined")

    house.comment(poisoned, "bob", PAYLOADS[1])

    expect(page.locator(".fly").last).to_have_text(PAYLOADS[1])
    assert not has_run(page)


@pytest.mark.parametrize(("path", "login"), PAGES)
def test_no_page_breaks_its_own_policy(house, visits, poisoned, path, login):
    page = visits.page(login)

    page.goto(house.url + path.format(room=poisoned))

    page.wait_for_load_state("networkidle")
    assert not has_run(page)
    assert visits.complaints == []


def test_policy_stops_what_would_run(house, visits):
    """The proof that the tests above could fail: a planted handler is stopped and noticed."""
    page = visits.page()
    page.goto(house.url)

    page.evaluate(PLANT)

    page.locator("#planted").click()
    assert not has_run(page)
    stopped = [each for each in visits.complaints if "require-trusted-types-for" in each]
    assert len(stopped) == 2
    visits.complaints.clear()


# A handler, and markup; neither by way of the page's own scripts.
PLANT = """() => {
  const planted = document.createElement('p');
  planted.id = 'planted';
  planted.textContent = 'planted';
  const tries = [
    () => planted.setAttribute('onclick', 'window.ran = 1'),
    () => { planted.innerHTML = '<img src=x onerror=window.ran=1>'; },
  ];
  document.querySelector('main').prepend(planted);
  for (const plant of tries) try { plant(); } catch { continue; }
}"""
