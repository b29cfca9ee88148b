import json


def added(lounge, *options):
    return lounge.ask("webhook", "add", "https://localhost/hook", *options)


def test_an_endpoint_is_added_listed_and_removed(lounge):
    new = added(lounge, "--label", "site", "--event", "comment.published", "--room", "lounge")
    [row] = lounge.ask("webhook", "list")

    assert new["secret"].startswith("whsec_")
    assert (row["webhook_id"], row["url"]) == (new["webhook_id"], "https://localhost/hook")
    assert (row["label"], row["state"], row["room"]) == ("site", "active", "lounge")
    assert row["events"] == ["comment.published"]
    assert new["secret"] not in lounge.say("webhook", "list")
    lounge.say("webhook", "remove", new["webhook_id"])
    assert lounge.ask("webhook", "list") == []


def test_a_secret_is_printed_alone_on_its_line(lounge):
    printed = lounge.say("webhook", "add", "https://localhost/hook").splitlines()
    endpoint_id = lounge.ask("webhook", "list")[0]["webhook_id"]
    new = lounge.say("webhook", "rotate", endpoint_id).splitlines()

    assert printed[-1].startswith("whsec_")
    assert new[-1].startswith("whsec_")
    assert new[-1] != printed[-1]


def test_it_is_paused_resumed_and_told_again(lounge):
    endpoint_id = added(lounge)["webhook_id"]

    lounge.say("webhook", "pause", endpoint_id)
    assert lounge.ask("webhook", "list")[0]["state"] == "paused"
    lounge.say("webhook", "resume", endpoint_id)
    assert lounge.ask("webhook", "list")[0]["state"] == "active"
    assert "30 days" in lounge.refused("webhook", "replay", endpoint_id, "--since", "2020-01-01")


def test_a_test_says_what_came_of_it(lounge):
    endpoint_id = added(lounge)["webhook_id"]

    ran = lounge.run("webhook", "test", endpoint_id, "--json")
    [tried] = json.loads(ran.stdout)

    assert ran.exit_code == 1  # it did not arrive
    assert (tried["event"], tried["outcome"]) == ("webhook.test", "forbidden")
    assert lounge.ask("webhook", "log", endpoint_id) == [tried]


def test_a_test_that_arrives_ends_well(lounge, monkeypatch):
    endpoint_id = added(lounge)["webhook_id"]
    tried = json.loads(lounge.run("webhook", "test", endpoint_id, "--json").stdout)[0]
    arrived = tried | {"outcome": "delivered", "status": 200}  # nobody outside is there to ask
    monkeypatch.setattr("danmaku.cli.webhooks.ask", lambda *_: arrived)

    assert "delivered" in lounge.say("webhook", "test", endpoint_id)


def test_what_is_wrong_is_refused_in_words(lounge):
    assert "https" in lounge.refused("webhook", "add", "http://example.org/")
    assert "(bad_message)" in lounge.refused("webhook", "add", "https://127.0.0.1/")
    assert "(not_found)" in lounge.refused(
        "webhook", "add", "https://localhost/", "--room", "nowhere"
    )
    assert "comment.eaten" in lounge.refused(
        "webhook", "add", "https://localhost/", "--event", "comment.eaten"
    )
    assert "(not_found)" in lounge.refused("webhook", "pause", "nothing")
