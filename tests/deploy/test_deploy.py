"""What stands in deploy/ is read here by the programs that it is for."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import promql_parser
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from danmaku.cli.workers import unfit
from danmaku.config import ENV_PREFIX, settings_from
from danmaku.telemetry import Telemetry
from tests.house.tree import ROOT

DEPLOY = ROOT / "deploy"
MADE = re.compile(r"\b(danmaku_\w+)")


def text_of(name):
    return (DEPLOY / name).read_text(encoding="utf-8")


def run(*words, **options):
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


def certificate(folder):
    """A key and a certificate that nobody trusts, as nginx wants to see some."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "danmaku.example")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2026, 1, 2, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "privkey.pem").write_bytes(private)


def test_nginx_reads_its_snippet(tmp_path):
    certificate(tmp_path)
    (tmp_path / "site.conf").write_text(
        text_of("nginx.conf")
        .replace("/etc/ssl/danmaku", str(tmp_path))
        .replace("listen 80;", f"listen unix:{tmp_path}/plain;")
        .replace("listen 443 ssl", f"listen unix:{tmp_path}/tls ssl")
        .replace("listen [::]:80;", "")
        .replace("listen [::]:443 ssl http2;", "")
    )
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}}\n"
        f"http {{ access_log off; include {tmp_path}/site.conf; }}\n"
    )
    said = run("/usr/sbin/nginx", "-t", "-q", "-c", str(tmp_path / "nginx.conf"))

    assert (said.returncode, said.stderr) == (0, "")


def test_caddy_reads_its_snippet():
    words = ("DANMAKU_SITE=danmaku.example", "DANMAKU_NODES=node1:8000 node2:8000", "caddy")
    file = str(DEPLOY / "Caddyfile")

    validated = run("env", *words, "validate", "--adapter", "caddyfile", "--config", file)
    formatted = run("env", *words, "fmt", "--diff", file)

    assert validated.returncode == 0, validated.stderr
    assert formatted.returncode == 0, formatted.stdout


def test_systemd_reads_the_unit_and_finds_little_exposed(tmp_path):
    unit = tmp_path / "danmaku.service"
    # The unit is judged where nothing is installed.
    unit.write_text(text_of("danmaku.service").replace("/opt/danmaku/bin/danmaku", sys.executable))

    verified = run("systemd-analyze", "verify", "--man=no", str(unit))
    judged = run("systemd-analyze", "security", "--offline=yes", "--no-pager", str(unit))

    assert (verified.returncode, verified.stderr) == (0, "")
    exposure = re.search(r"exposure level .*: (\d+\.\d)", judged.stdout)
    assert float(exposure[1]) <= 2.0


def test_the_image_is_written_as_images_should_be():
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    said = run(hadolint, str(DEPLOY / "Dockerfile"))

    assert (said.returncode, said.stdout) == (0, "")


def test_the_image_takes_in_what_is_there():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text_of("Dockerfile"), re.MULTILINE)
    kept = [line[1:] for line in text_of("Dockerfile.dockerignore").splitlines() if line[0] == "!"]
    files = [name for line in copied for name in line.split()]

    assert [name for name in files if not (ROOT / name).exists()] == []
    assert [name for name in files if name.split("/")[0] not in kept] == []


def nodes_of(compose):
    return {name: one for name, one in compose["services"].items() if name.startswith("node")}


def test_nodes_of_the_compose_file_have_settings_that_go_together(monkeypatch):
    compose = yaml.safe_load(text_of("compose.yaml"))

    for node in nodes_of(compose).values():
        for name, value in node["environment"].items():
            monkeypatch.setenv(name, re.sub(r"\$\{(\w+):\?\}", r"\1", value))
        settings = settings_from(None)
        assert unfit(settings) is None
        assert settings.server.public_url == "https://DANMAKU_SITE"


def test_the_compose_file_names_nothing_that_is_not_there():
    compose = yaml.safe_load(text_of("compose.yaml"))
    services = compose["services"]
    volumes = {
        volume.split(":")[0]
        for one in services.values()
        for volume in one.get("volumes", ())
        if not volume.startswith(".")
    }

    assert len(nodes_of(compose)) == 2
    assert {name for one in services.values() for name in one.get("depends_on", ())} <= set(
        services
    )
    assert volumes == set(compose["volumes"])
    assert (DEPLOY / nodes_of(compose)["node1"]["build"]["dockerfile"]).name == "Dockerfile"
    published = [name for name, one in services.items() if "ports" in one]
    assert published == ["proxy"]


def test_the_example_of_settings_is_taken():
    settings = settings_from(DEPLOY / "danmaku.toml")

    assert unfit(settings) is None
    assert settings.nodes.workers == 2
    assert ENV_PREFIX not in text_of("danmaku.toml")
    assert tomllib.loads(text_of("danmaku.toml"))["server"]["public_url"].startswith("https://")


def test_alarms_are_about_what_is_counted():
    exposed = Telemetry().exposition().decode()
    families = set(re.findall(r"^# TYPE (danmaku_\w+)", exposed, re.MULTILINE))
    series = families | {f"{name}_bucket" for name in families}
    [group] = yaml.safe_load(text_of("alarms.yaml"))["groups"]

    asked = {name for rule in group["rules"] for name in MADE.findall(rule["expr"])}
    assert asked - series == set()
    assert len({rule["alert"] for rule in group["rules"]}) == len(group["rules"])
    assert all(rule["annotations"]["summary"].endswith(".") for rule in group["rules"])


def test_every_panel_shows_what_is_counted():
    exposed = Telemetry().exposition().decode()
    families = dict(re.findall(r"^# TYPE (danmaku_\w+) (\w+)$", exposed, re.MULTILINE))
    parts = {f"{name}_{part}" for name in families for part in ("bucket", "sum", "count")}
    panels = json.loads(text_of("grafana-dashboard.json"))["panels"]
    shown = [panel for panel in panels if panel["type"] != "row"]
    asked = [
        target["expr"].replace("$__rate_interval", "5m")
        for panel in shown
        for target in panel["targets"]
    ]

    for expression in asked:
        promql_parser.parse(expression)  # raises for what Prometheus would not take
    assert {name for one in asked for name in MADE.findall(one)} - families.keys() - parts == set()
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [tuple(panel["gridPos"][axis] for axis in "xy") for panel in panels]
    assert len(set(places)) == len(places)
    assert all(panel["description"] for panel in shown)


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_proxies_keep_numbers_from_the_public(name):
    assert all(path in text_of(name) for path in ("metrics", "healthz", "readyz"))
