def test_a_level_is_held_for_a_while(lounge):
    """Upon the record alone: each command is a process that starts later."""
    assert "Level 2, held" in lounge.say("load", "hold", "2", "--minutes", "5")
    assert "Level 2, held" in lounge.say("load", "show")
    assert "Level 0" in lounge.say("load", "let-go")
