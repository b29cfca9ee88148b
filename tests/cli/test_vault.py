def test_the_keys_of_a_vault_are_turned(lounge):
    before = (lounge.data_dir / "vault.key").read_text()

    assert "0 identities" in lounge.say("vault", "rotate")

    assert (lounge.data_dir / "vault.key").read_text() != before


def test_a_verification_is_ended_for_those_who_exist(lounge):
    assert "mia" in lounge.say("vault", "end", "mia", "--reason", "an impostor")
    assert "not_found" in lounge.refused("vault", "end", "nobody", "--reason", "an impostor")
