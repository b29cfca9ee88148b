async def found(stage, q, **query):
    answer = await stage.guest().get("/api/rooms/demo/search", params={"q": q} | query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers_in(answer):
    return [comment["number"] for comment in answer["comments"]]


async def test_words_are_found_in_time_order_whatever_their_script(stage):
    ann, room = await stage.person("ann"), await stage.room()
    for text in ("first 弹幕", "second", "THIRD 弹幕来了", "fourth"):
        await stage.say(ann, room, text)

    assert numbers_in(await found(stage, "弹幕")) == [3, 1]
    assert numbers_in(await found(stage, "third 弹幕")) == [3]
    assert numbers_in(await found(stage, "ann")) == []  # a name is not what was written
    assert await found(stage, "nothing") == {"room": "demo", "before": None, "comments": []}


async def test_a_recalled_comment_is_gone_at_once_and_a_held_one_never_there(stage):
    ann, room = await stage.person("ann"), await stage.room()
    number = await stage.say(ann, room, "soon gone")
    await stage.hold(ann, room)
    assert numbers_in(await found(stage, "gone")) == [number]

    await stage.core.comments.recall(ann.who, room, number)

    assert numbers_in(await found(stage, "gone")) == []
    assert numbers_in(await found(stage, "wobblesnark")) == []


async def test_each_look_is_bounded_and_goes_on_from_there(stage, monkeypatch):
    monkeypatch.setattr("danmaku.store.search.LOOKED_MAX", 3)
    ann, room = await stage.person("ann"), await stage.room()
    for n in range(8):
        await stage.say(ann, room, "needle" if n in {0, 7} else f"hay {n}")
    for number in (5, 4, 3):  # which take time as well
        await stage.core.comments.recall(ann.who, room, number)
    looks, before = [], {}
    while before is not None:
        answer = await found(stage, "needle", **before)
        looks.append(numbers_in(answer))
        before = {"before": answer["before"]} if answer["before"] else None

    assert looks == [[8], [], [1]]
    assert numbers_in(await found(stage, "hay", limit=1)) == [7]


async def test_the_page_shows_what_was_found(stage):
    ann, room = await stage.person("ann"), await stage.room()
    await stage.say(ann, room, "<b>needle</b>")
    empty = await stage.guest().get("/rooms/demo/search")
    page = await stage.guest().get("/rooms/demo/search", params={"q": "needle"})

    assert 'name="q"' in empty.text
    assert "&lt;b&gt;needle&lt;/b&gt;" in page.text
    assert '/rooms/demo/comments/1"' in page.text
    none = await stage.guest().get("/rooms/demo/search", params={"q": "other"})
    assert "No comment holds these words." in none.text


async def test_a_query_that_is_none_is_refused(stage):
    await stage.room()
    answer = await stage.guest().get("/api/rooms/demo/search", params={"q": " "})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_message")
    assert (await stage.guest().get("/api/rooms/no/search", params={"q": "a"})).status_code == 404
