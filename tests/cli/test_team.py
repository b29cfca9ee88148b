def test_questions_are_issued_from_a_file_and_the_roster_tells_who_is_trained(lounge, tmp_path):
    lounge.say("account", "create", "rey", "--no-password")
    lounge.say("account", "grant", "rey", "reviewer")
    file = tmp_path / "questions.toml"
    file.write_text(lounge.say("training", "sample"), "utf-8")

    issued = lounge.say("training", "issue", str(file))
    file.write_text("no questions", "utf-8")
    refused = lounge.refused("training", "issue", str(file))

    assert "Version 1" in issued
    assert "(bad_message)" in refused
    [rey] = lounge.ask("roster")
    assert (rey["login"], rey["trained_until_ms"], rey["on_duty_until_ms"]) == ("rey", None, None)
