def test_a_hold_of_the_operator_is_lifted_by_an_editor_and_the_other_way_round(lounge):
    lounge.say("account", "create", "ann", "--no-password")

    lounge.say("hold", "lay", "--login", "ann", "--since", "2026-03-01", "--basis", "order 12")
    [hold] = lounge.ask("hold", "list")
    refused = lounge.refused("hold", "lift", hold["hold_id"], "--why", "over")

    assert (hold["login"], hold["basis"], hold["told"]) == ("ann", "order 12", True)
    assert hold["from_ms"] == 1_772_323_200_000
    assert "(not_granted)" in refused
    assert "order 12" in lounge.say("hold", "list")


def test_a_hold_names_something(lounge):
    assert "(bad_message)" in lounge.refused("hold", "lay", "--basis", "order 12")
