import pytest
from pydantic import BaseModel, ValidationError

from danmaku.config import (
    CONFIG_VARIABLE,
    NodesSettings,
    ServerSettings,
    Settings,
    settings_from,
)


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for part in ("SERVER__PORT", "SERVER__HOST", "DEMO", "LOG_LEVEL", "CONFIG"):
        monkeypatch.delenv(f"DANMAKU_{part}", raising=False)


@pytest.fixture
def file_of(tmp_path):
    def write(text):
        path = tmp_path / "danmaku.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def fields_of(model, prefix=""):
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from fields_of(inner, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def test_without_a_file_everything_is_as_described():
    assert settings_from(None).model_dump() == Settings().model_dump()


def test_environment_goes_before_the_file_and_the_file_before_what_is_built_in(
    file_of, monkeypatch
):
    monkeypatch.setenv("DANMAKU_SERVER__PORT", "9001")
    path = file_of('[server]\nport = 9000\nhost = "::1"\n')

    server = settings_from(path).server

    assert (server.port, server.host, server.drain_ms) == (9001, "::1", ServerSettings().drain_ms)


@pytest.mark.parametrize(
    "text", ["prot = 1", "[server]\nprot = 1", "[servre]\nport = 1", "[server]\nport = 65536", "["]
)
def test_a_file_with_an_unknown_key_or_a_bad_value_refuses_to_start(file_of, text):
    with pytest.raises(ValueError):  # noqa: PT011 -- each kind of error has its own words
        settings_from(file_of(text))


@pytest.mark.parametrize("key", ["DANMAKU_NOPE", "DANMAKU_SERVER__PROT", "DANMAKU_DEMO__X"])
def test_a_variable_that_names_no_setting_refuses_to_start(monkeypatch, key):
    monkeypatch.setenv(key, "1")

    with pytest.raises(ValueError, match=key):
        settings_from(None)


def test_the_variable_of_the_command_line_is_no_setting(monkeypatch):
    monkeypatch.setenv(CONFIG_VARIABLE, "/etc/danmaku.toml")

    assert settings_from(None).model_dump() == Settings().model_dump()


@pytest.mark.parametrize("key", ["origins", "embed_origins"])
@pytest.mark.parametrize(
    ("origin", "is_taken"),
    [
        ("https://site.example", True),
        ("http://127.0.0.1:5173", True),
        ("http://[::1]:5173", True),
        ("https://site.example/", False),
        ("site.example", False),
        ("https://site.example; script-src *", False),
        ("*", False),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(key, origin, is_taken):
    try:
        settings = ServerSettings(**{key: (origin,)})
    except ValidationError:
        assert not is_taken
    else:
        assert is_taken
        assert getattr(settings, key) == (origin,)


def test_settings_cannot_be_changed_once_made():
    with pytest.raises(ValidationError):
        Settings().server.port = 1


OPTIONAL = [name for name, field in fields_of(Settings) if field.default is None]


@pytest.mark.parametrize("name", OPTIONAL)
def test_empty_is_none_wherever_a_setting_may_be_left_out(monkeypatch, file_of, name):
    part, _, key = name.partition(".")
    variable = f"DANMAKU_{part}__{key}".upper()
    monkeypatch.delenv(variable, raising=False)
    in_file = settings_from(file_of(f'[{part}]\n{key} = ""\n'))
    monkeypatch.setenv(variable, "")

    found = [getattr(getattr(settings, part), key) for settings in (in_file, settings_from(None))]

    assert found == [None, None]


@pytest.mark.parametrize(("name", "field"), list(fields_of(Settings)))
def test_every_setting_has_its_sentence_and_every_number_its_range(name, field):
    assert field.description
    assert field.description.endswith(".")
    assert field.annotation not in {int, float} or field.metadata, f"{name} has no limit"


@pytest.mark.parametrize(
    ("proxy", "is_taken"),
    [("127.0.0.1", True), ("10.0.0.0/8", True), ("::1", True), ("caddy", False), ("*", False)],
)
def test_a_proxy_is_trusted_by_its_address(proxy, is_taken):
    try:
        ServerSettings(trusted_proxies=(proxy,))
    except ValidationError:
        assert not is_taken
    else:
        assert is_taken


@pytest.mark.parametrize(
    ("bus", "is_taken"),
    [
        ("", True),
        ("redis://127.0.0.1:6379/0", True),
        ("rediss://:secret@bus.example", True),
        ("redis+cluster://bus.example:6379", True),
        ("nats://bus.example", False),
        ("redis:// bus", False),
    ],
)
def test_a_bus_has_an_address_of_a_kind_we_speak(bus, is_taken):
    try:
        NodesSettings(bus=bus)
    except ValidationError:
        assert not is_taken
    else:
        assert is_taken


def test_what_is_wrong_is_said_without_the_value(file_of):
    with pytest.raises(ValueError, match="bus") as refused:
        settings_from(file_of('[nodes]\nbus = "nats://:hunter2@bus.example"\n'))

    assert "hunter2" not in str(refused.value)
