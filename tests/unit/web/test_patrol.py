import csv
import io

from danmaku.domain.account import Bundle


async def test_the_wall_is_taken_along_as_it_is_narrowed(stage):
    for room in ("here", "there", "hush"):
        await stage.room(room)
    ann, rey = await stage.person("ann"), await stage.person("rey", Bundle.REVIEWER)
    await stage.say(ann, "here", "=what is said")
    await stage.say(ann, "there", "elsewhere")
    await stage.hold(ann, "hush")

    table = await rey.get("/patrol.csv?room=h")
    narrowed = await rey.get("/patrol.csv?room=hu")

    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    said = {(one["room"], one["number"], one["text"]) for one in rows if not one["is_spot"]}
    assert said == {("here", "1", "'=what is said"), ("there", "1", "elsewhere"), ("hush", "", "")}
    assert "elsewhere" not in narrowed.text
    assert (await ann.get("/patrol.csv")).status_code == 403
