def test_feature_is_switched_once_it_is_approved_by_a_named_editor(lounge):
    lounge.say("account", "create", "eve", "--no-password")
    lounge.say("account", "grant", "eve", "chief_editor")
    too_early = lounge.refused("feature", "on", "likes")

    lounge.say("feature", "assess", "likes", "--reference", "no. 1", "--as", "eve")
    lounge.say("feature", "on", "likes")
    [running] = lounge.ask("feature", "list")
    lounge.say("feature", "assess", "likes", "--reference", "no. 2", "--as", "eve", "--no-approved")

    assert "(not_granted)" in too_early
    assert (running["runs"], running["reference"]) == (True, "no. 1")
    assert not lounge.ask("feature", "list")[0]["runs"]


def test_who_is_nobody_approves_nothing(lounge):
    words = ("feature", "assess", "likes", "--reference", "no. 1", "--as")

    assert "(not_found)" in lounge.refused(*words, "nobody")
    assert "(not_granted)" in lounge.refused(*words, "mia")


def test_features_are_switched_off_at_any_time(lounge):
    lounge.say("feature", "off", "likes")

    assert "likes" in lounge.say("feature", "list")
