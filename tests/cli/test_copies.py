import subprocess
import sys


def test_a_chain_is_written_and_the_printed_program_finds_it_whole(lounge, tmp_path):
    chain, platform, program = (tmp_path / name for name in ("room", "platform", "verify.py"))
    lounge.say("chain", "lounge", "--to", str(chain))
    lounge.say("chain", "@platform", "--to", str(platform))
    program.write_bytes(lounge.say("verifier").encode())

    outcome = subprocess.run(
        [sys.executable, "-I", program, chain, platform],
        check=False,
        capture_output=True,
        text=True,
    )

    assert outcome.returncode == 0, outcome.stdout
    assert "lounge: whole up to entry 1" in outcome.stdout
    assert "@platform: whole up to entry" in outcome.stdout


def test_a_chain_that_is_not_there_leaves_no_file(lounge, tmp_path):
    assert "not_found" in lounge.refused("chain", "nowhere", "--to", str(tmp_path / "x"))
    assert not (tmp_path / "x").exists()
