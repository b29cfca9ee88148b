"""Every setting, with its unit, its range and its sentence.

Read once, at the command line: a TOML file, then `DANMAKU_*` variables, as
`DANMAKU_GATEWAY__HELLO_MS_MAX`. Unknown keys refuse to start. Each room gets its own part by
constructor, never the whole. Nothing else in the tree reads the environment.
"""

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

ENV_PREFIX = "DANMAKU_"
CONFIG_VARIABLE = "DANMAKU_CONFIG"  # the file to read, for the command line


Origin = Annotated[str, Field(pattern=r"^https?://[a-z0-9.:\[\]-]{1,255}$")]
"""As browsers write it; nothing that could say more in a policy header."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerSettings(_Part):
    """Where the server listens and under which name it is known."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one."
    )
    public_url: str = Field(
        default="",
        description="Address that browsers use, as https://danmaku.example; empty: as listening.",
    )
    origins: tuple[Origin, ...] = Field(
        default=(),
        description="Other sites whose pages may open sockets here, as scheme://host[:port].",
    )
    embed_origins: tuple[Origin, ...] = Field(
        default=(), description="Sites that may show rooms in a frame, as scheme://host[:port]."
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        description="Addresses of reverse proxies whose X-Forwarded-* headers are believed.",
    )
    drain_ms: int = Field(
        default=3000,
        ge=0,
        le=25_000,
        description="How long a stopping server lets viewers go, milliseconds.",
    )


class StoreSettings(_Part):
    """Where the record lies and how it is written."""

    data_dir: Path = Field(
        default=Path("data"), description="Directory of the embedded record, its keys and its lock."
    )
    vault_key_file: Path | None = Field(
        default=None,
        description="File with the keys of sealed identities, best on another disk than the record "
        "and its backups; empty: vault.key in the directory of the record.",
    )
    gather_ms_max: int = Field(
        default=5,
        ge=0,
        le=1000,
        description="How long a commit may gather while another runs, milliseconds.",
    )
    gather_entries_max: int = Field(
        default=512, ge=1, le=10_000, description="Entries in one commit at most."
    )
    queue_entries_max: int = Field(
        default=5000,
        ge=1,
        le=1_000_000,
        description="Entries waiting for the writer before senders are refused.",
    )
    remembered_max: int = Field(
        default=65_536,
        ge=0,
        description="Rooms, accounts and names that the writer need not read again, of each.",
    )
    commit_wait_ms_max: int = Field(
        default=10_000, ge=100, description="After this a sender is told `unknown`, milliseconds."
    )
    checkpoint_ms: int = Field(
        default=10_000,
        ge=100,
        description="How often grown chains get a signed head, milliseconds.",
    )
    readers_count: int = Field(default=2, ge=1, le=32, description="Threads that read the record.")


class GatewaySettings(_Part):
    """Limits of sockets and rooms."""

    connections_max: int = Field(default=18_000, ge=1, description="Open sockets at most.")
    message_bytes_max: int = Field(
        default=4096, ge=256, le=65_536, description="One client message, bytes."
    )
    fragments_max: int = Field(default=8, ge=1, description="Fragments of one client message.")
    messages_per_s: float = Field(
        default=10.0, gt=0, description="Messages of one socket per second."
    )
    messages_burst: int = Field(default=20, ge=1, description="Messages of one socket in a burst.")
    handshake_ms_max: int = Field(
        default=5_000, ge=100, description="Time for the upgrade, milliseconds."
    )
    hello_ms_max: int = Field(
        default=10_000, ge=100, description="Time for the first message, milliseconds."
    )
    fragment_ms_max: int = Field(
        default=10_000, ge=100, description="Time for one whole message once begun, milliseconds."
    )
    heartbeat_ms: int = Field(
        default=20_000, ge=100, description="Between two pings, milliseconds."
    )
    silence_ms_max: int = Field(
        default=20_000,
        ge=100,
        description="Without an answer to a ping the socket is closed, milliseconds.",
    )
    gather_ms_max: int = Field(
        default=50,
        ge=0,
        le=1000,
        description="Comments of a busy room gather this long at most, milliseconds.",
    )
    gather_flights: float = Field(
        default=6.0,
        ge=0,
        description="Comments gather so many times as long as writing a batch takes; "
        "more saves work, less saves time.",
    )
    slice_sockets: int = Field(
        default=500, ge=1, description="Sockets written to before others get a turn."
    )
    ring_entries_max: int = Field(
        default=4096,
        ge=16,
        description="Newest entries of a room kept in memory for viewers who fall behind.",
    )
    stalled_ms_max: int = Field(
        default=30_000,
        ge=1000,
        description="A viewer who takes nothing for this long is closed, milliseconds.",
    )
    catch_up_entries_max: int = Field(
        default=10_000, ge=1, description="Entries replayed over a socket before `reset` is sent."
    )
    viewers_ms: int = Field(
        default=2_000, ge=100, description="Between two viewer counts, milliseconds."
    )
    compress: bool = Field(
        default=True, description="Offer permessage-deflate without context takeover."
    )


class FilterSettings(_Part):
    """The filter stage."""

    rules_file: Path | None = Field(
        default=None,
        description="Rule file (TOML), read again when it changes; empty: the sample rules.",
    )
    urgent_file: Path | None = Field(
        default=None,
        description="A small rule file laid over the other, for what cannot wait for its build.",
    )
    reload_ms: int = Field(
        default=250,
        ge=50,
        description="How often the files are looked at; one that looks the same twice is read. "
        "Milliseconds.",
    )
    build_s: int = Field(
        default=300, ge=1, description="How long building a rule file may take, seconds."
    )
    micros_max: int = Field(
        default=20_000,
        ge=100,
        description="A longer look at one text counts as a fault: held. Microseconds.",
    )
    room_words_max: int = Field(
        default=500, ge=0, le=1000, description="Words of a room's own list at most."
    )
    room_words_kept_max: int = Field(
        default=250_000,
        ge=0,
        description="Words of all rooms' lists that are kept ready, about 400 bytes each; "
        "the list of a room that is used longest ago is made ready again when needed.",
    )
    shadow_file: Path | None = Field(
        default=None,
        description="Rule file judged beside the rules in force and only counted, read again when "
        "it changes; empty: none.",
    )
    model_file: Path | None = Field(
        default=None,
        description="Learned model that is asked about comments that the rules let pass, read "
        "again when it changes; empty: none.",
    )
    model_mode: Literal["shadow", "hold"] = Field(
        default="shadow",
        description="Whether comments that the model suspects are only counted (shadow), or wait "
        "for a person (hold).",
    )
    classifier_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s]+$",
        description="Where a classifier outside is asked about comments that the filter lets pass; "
        "empty: nowhere.",
    )
    classifier_key_file: Path | None = Field(
        default=None,
        description="File with the key that questions and answers are signed with, "
        "32 bytes or more.",
    )
    classifier_ms_max: int = Field(
        default=300,
        ge=10,
        le=10_000,
        description="Without a valid answer by then the comment is held, milliseconds.",
    )

    @model_validator(mode="after")
    def _has_key(self) -> Self:
        if self.classifier_url is not None and self.classifier_key_file is None:
            raise ValueError("classifier_url needs classifier_key_file")
        return self


class AdmissionSettings(_Part):
    """Limits on senders; a room may be stricter."""

    sends_per_s: float = Field(default=1.0, gt=0, description="Comments of one account per second.")
    sends_burst: int = Field(default=5, ge=1, description="Comments of one account in a burst.")
    repeats_within_ms: int = Field(
        default=30_000,
        ge=0,
        description="Window in which an account's repeats are counted, milliseconds.",
    )
    repeats_max: int = Field(
        default=2, ge=1, description="Copies of one text allowed within the window."
    )
    repeats_length_min: int = Field(
        default=5,
        ge=1,
        description="Shorter texts may be repeated: laughter is no flood. Code points.",
    )
    waves_held: bool = Field(
        default=False,
        description="Whether a comment waits for a person when many say nearly the same at a time; "
        "many who say exactly the same never wait.",
    )
    newcomers_min: int = Field(
        default=3,
        ge=2,
        description="Accounts that are many enough for that if all of them are new.",
    )
    newcomer_hours: int = Field(
        default=24, ge=1, description="How long an account is new after registering, hours."
    )


class AccountSettings(_Part):
    """Signing in."""

    registration: bool = Field(default=True, description="Whether anybody may register.")
    reserved_names: tuple[str, ...] = Field(
        default=(),
        description="Words that nobody may have in a name they choose, as the site's own name; "
        "words of office are reserved already.",
    )
    session_days: int = Field(default=30, ge=1, le=365, description="Life of a session, days.")
    reset_minutes: int = Field(
        default=60, ge=1, description="Life of a password reset link, minutes."
    )
    password_length_min: int = Field(
        default=10, ge=8, description="Shortest password, code points."
    )
    hashing_threads: int = Field(default=2, ge=1, le=8, description="Passwords hashed at one time.")
    hashing_queue_max: int = Field(default=50, ge=1, description="Sign-ins that may wait for that.")
    credit_file: Path | None = Field(
        default=None,
        description="Formula of credit and table of levels (TOML, as docs/credit.md shows it); "
        "empty: the published one.",
    )


Url = Annotated[str, Field(pattern=r"^https?://[^\s?#]{1,500}$")]


class ProviderSettings(_Part):
    """A site's own identity provider: people sign in there, and players bring its tokens."""

    name: str = Field(pattern=r"^[a-z0-9]{1,16}$", description="Its word in addresses.")
    title: str = Field(min_length=1, max_length=40, description="Its name for people.")
    issuer: Url = Field(description="As OpenID Connect discovery finds it; https but on loopback.")
    client_id: str = Field(min_length=1, max_length=200, description="This server's name there.")
    client_secret_file: Path | None = Field(
        default=None, description="File with this server's secret; without: PKCE alone."
    )
    scopes: tuple[str, ...] = Field(
        default=("openid", "profile"), description="What it is asked to tell."
    )
    bearer_audience: str = Field(
        default="", description="Audience of tokens that players may bring; empty: none may."
    )
    name_claim: str = Field(default="name", description="Claim with the public name.")
    verified_claim: str = Field(
        default="", description="Claim that is true where it has verified who somebody is."
    )
    roles_claim: str = Field(default="", description="Claim with a list of roles.")
    roles: dict[str, str] = Field(
        default_factory=dict, description="Bundle of powers on the platform by role."
    )


class IdentitySettings(_Part):
    """Who people are by law: how it is verified, and how long that is good."""

    required: bool | None = Field(
        default=None,
        description="Whether only the verified may comment and hold powers; empty: where there is "
        "a verifier.",
    )
    phone_url: Url | None = Field(
        default=None, description="Gateway that sends codes to phones; empty: none are sent."
    )
    phone_region: str = Field(
        default="CN", pattern="^[A-Z]{2}$", description="Country whose numbers need no prefix."
    )
    document_url: Url | None = Field(
        default=None, description="Service that confirms documents; empty: none are asked for."
    )
    key_file: Path | None = Field(
        default=None,
        description="File with the key that questions to both and their answers are signed with, "
        "32 bytes or more.",
    )
    answer_ms_max: int = Field(
        default=10_000, ge=10, le=60_000, description="A later answer is none, milliseconds."
    )
    accounts_of_one_max: int = Field(
        default=1, ge=1, le=1000, description="Accounts of one person at most."
    )
    renewal_days: int = Field(
        default=365,
        ge=1,
        le=3650,
        description="How long a verification is good for whoever holds powers, days.",
    )
    providers: tuple[ProviderSettings, ...] = Field(
        default=(), max_length=8, description="Identity providers, a table each."
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.phone_url or self.document_url) and self.key_file is None:
            raise ValueError("phone_url and document_url need key_file")
        names = [provider.name for provider in self.providers]
        if len(names) != len(set(names)):
            raise ValueError("two providers have one name")
        return self


class Settings(BaseSettings):
    """The whole configuration; made once."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    server: ServerSettings = ServerSettings()
    store: StoreSettings = StoreSettings()
    gateway: GatewaySettings = GatewaySettings()
    filter: FilterSettings = FilterSettings()
    admission: AdmissionSettings = AdmissionSettings()
    accounts: AccountSettings = AccountSettings()
    identity: IdentitySettings = IdentitySettings()
    demo: bool = Field(
        default=False,
        description="Ready accounts and rooms for trying out; refuses a public address.",
    )
    log_level: str = Field(
        default="info", pattern="^(debug|info|warning|error)$", description="Least level logged."
    )

    @property
    def identity_required(self) -> bool:
        """Whether only the verified may comment and hold powers; the demo verifies for itself."""
        identity = self.identity
        if identity.required is not None:
            return identity.required
        claims = any(provider.verified_claim for provider in identity.providers)
        return bool(self.demo or identity.phone_url or identity.document_url or claims)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- as the library calls
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- it
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before the environment before the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def settings_from(path: Path | None) -> Settings:
    """Read `path` (TOML; None: no file), then the environment over it.

    Raises:
        ValueError: For an unknown key or a value out of range.
    """
    unknown = [key for key in os.environ if _names_nothing(key)]
    if unknown:
        raise ValueError(f"There is no setting behind {', '.join(sorted(unknown))}.")

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    return FromFile()


def _names_nothing(key: str) -> bool:
    """Whether a variable bears our prefix and no setting's name; the library lets these pass."""
    if not key.startswith(ENV_PREFIX) or key == CONFIG_VARIABLE:
        return False
    part, _, name = key.removeprefix(ENV_PREFIX).lower().partition("__")
    field = Settings.model_fields.get(part)
    if field is None:
        return True
    inner = getattr(field.annotation, "model_fields", None)
    return bool(name) if inner is None else bool(name) and name not in inner
