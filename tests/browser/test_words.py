"""A streamer's own words: two who change the list at a time, and what a viewer's comment meets."""

from playwright.sync_api import expect


def test_who_saves_later_is_told_keeps_the_form_and_may_save_again(house, visits):
    room = house.room()
    first, later = visits.page("mia"), visits.page("mia")
    for page in (first, later):
        page.goto(f"{house.url}/rooms/{room}/manage")

    for page, words in ((first, "wobblesnark"), (later, "zork")):
        page.locator("#words textarea").fill(words)
        page.locator("#words select").select_option("refuse")
        page.locator("#words button").click()

    expect(first.locator("#words [role=status]")).to_be_visible()
    expect(later.locator("#words [role=alert]")).to_contain_text("wobblesnark")
    expect(later.locator("#words textarea")).to_have_value("zork")
    assert house.comment(room, "bob", "z.o.r.k") == "published"

    later.locator("#words button").click()

    expect(later.locator("#words [role=status]")).to_be_visible()
    assert house.comment(room, "bob", "z o r k") == "refused"
