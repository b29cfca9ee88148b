"""What `/openapi.json` says of the API holds, whatever is sent: tried by a tool of others.

It makes requests of the description, right ones and wrong ones, and looks for answers that are not
in it, for wrong ones that are taken, and for faults.
"""

import secrets
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from bench.server import Server
from danmaku.domain.account import Bundle

JUDGE = (str(Path(sys.executable).parent / "schemathesis"), "--no-color")
TERMS = Path(__file__).with_name("schemathesis.toml")
PATIENT = {"ADMISSION__SENDS_PER_S": "10000", "ADMISSION__SENDS_BURST": "50000"}
# An inspector may do next to nothing, whatever else they are.
POWERFUL = sorted(set(Bundle) - {Bundle.INSPECTOR})


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("described"), PATIENT) as server:
        server.open_room("demo")
        yield server


@pytest.fixture(scope="module")
def bearer(server):
    """What somebody who holds nearly every power sends along."""
    token = server.account("operator")
    desk = httpx.HTTPTransport(uds=str(server.desk))
    with httpx.Client(transport=desk, base_url="http://desk") as client:
        for bundle in POWERFUL:
            grant = {"login": "operator", "bundle": bundle}
            client.post("/grants", json=grant).raise_for_status()
    return ("--header", f"Authorization: Bearer {token}")


def found(server, folder, *how):
    """What the judge says, where it has found something."""
    seed = secrets.randbits(32)
    command = [
        *JUDGE, "--config-file", str(TERMS), "run", f"http://{server.address}/openapi.json",
        "--seed", str(seed), "--continue-on-failure", "--no-shrink", "--warnings", "off",
        "--generation-database", "none", *how,
    ]  # fmt: skip
    judged = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert "Tested: " in judged.stdout, judged.stdout + judged.stderr
    return judged.stdout if judged.returncode else ""


QUICK = ("--phases", "examples,fuzzing", "--max-examples", "1")
LONG = ("--phases", "examples,coverage,fuzzing", "--max-examples", "50")


def test_a_guest_gets_what_is_described(server, tmp_path):
    assert found(server, tmp_path, *QUICK) == ""
    assert "Traceback" not in server.log.read_text()


def test_somebody_of_all_powers_gets_what_is_described(server, bearer, tmp_path):
    assert found(server, tmp_path, *QUICK, *bearer) == ""
    assert "Traceback" not in server.log.read_text()


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_what_is_described_holds_for_long(server, bearer, tmp_path):
    assert found(server, tmp_path, *LONG) == ""
    assert found(server, tmp_path, *LONG, *bearer) == ""
    assert "Traceback" not in server.log.read_text()
