def test_feature_is_switched_once_its_assessment_is_approved_by_another(lounge):
    for login, bundle in (("eve", "chief_editor"), ("rey", "reviewer")):
        lounge.say("account", "create", login, "--no-password")
        lounge.say("account", "grant", login, bundle)
    too_early = lounge.refused("feature", "on", "likes")

    filing = lounge.say("filing", "assess", "likes").split()[-1].rstrip(".")
    lounge.say("filing", "turn", filing, "ready", "--as", "rey", "--revision", filing)
    lounge.say("filing", "turn", filing, "approved", "--as", "eve", "--revision", filing)
    lounge.say("feature", "on", "likes")
    [running] = lounge.ask("feature", "list")
    lounge.say(
        "filing",
        "turn",
        filing,
        "returned",
        "--as",
        "eve",
        "--revision",
        filing,
        "--note",
        "an order",
    )

    assert "(not_granted)" in too_early
    assert (running["runs"], running["reference"]) == (True, filing)
    assert not lounge.ask("feature", "list")[0]["runs"]


def test_features_are_switched_off_at_any_time(lounge):
    lounge.say("feature", "off", "likes")

    assert "likes" in lounge.say("feature", "list")
