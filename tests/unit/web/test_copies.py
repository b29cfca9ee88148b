import json

from danmaku import verifier


async def test_anybody_takes_a_chain_the_heads_and_the_program_along(stage, tmp_path):
    ann, room = await stage.person("ann"), await stage.room()
    for text in ("one", "two", "three"):
        await stage.say(ann, room, text)
    await stage.hold(ann, room)
    guest = stage.guest()
    chain, platform, heads, program = [
        await guest.get(path)
        for path in (
            "/api/rooms/demo/chain.jsonl",
            "/api/platform/chain.jsonl",
            "/heads",
            "/verify.py",
        )
    ]

    assert program.content.startswith(b'"""Check a copy of a danmaku record')
    assert json.loads(heads.content.splitlines()[0])["key"] == stage.core.store.copies.signer.key
    for answer, name in ((chain, "demo"), (platform, "@platform")):
        assert answer.status_code == 200
        path = tmp_path / "copy"
        path.write_bytes(answer.content)
        [said] = verifier.check(path, None, None)
        assert said.startswith(f"{name}: whole up to entry")
    assert b"two" in chain.content
    assert b"wobblesnark" not in chain.content
    assert b"ann" not in platform.content.lower()


async def test_no_copy_of_a_room_that_is_not_there(stage):
    answer = await stage.guest().get("/api/rooms/nowhere/chain.jsonl")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_recalled_comment_keeps_its_place_in_the_next_copy_and_loses_its_words(stage):
    ann, room = await stage.person("ann"), await stage.room()
    number = await stage.say(ann, room, "soon gone")
    before = (await stage.guest().get("/api/rooms/demo/chain.jsonl")).content
    await stage.core.comments.recall(ann.who, room, number)
    after = (await stage.guest().get("/api/rooms/demo/chain.jsonl")).content

    assert b"soon gone" in before
    assert b"soon gone" not in after
    assert before.splitlines()[2].split(b'"open"')[0] == after.splitlines()[2].rstrip(b"}") + b","
