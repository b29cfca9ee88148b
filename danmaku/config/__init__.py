"""Every setting, with its unit, its range and its sentence.

Read once, at the command line: a TOML file, then `DANMAKU_*` variables, as
`DANMAKU_GATEWAY__HELLO_MS_MAX`. Unknown keys refuse to start. Each room gets its own part by
constructor, never the whole. Nothing else in the tree reads the environment.
"""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from danmaku.config.casework import CaseSettings, FilingSettings
from danmaku.config.contacts import ContactSettings
from danmaku.config.judging import AdmissionSettings, FilterSettings
from danmaku.config.load import BrownoutSettings
from danmaku.config.people import AccountSettings, IdentitySettings, ProviderSettings
from danmaku.config.serving import (
    IN_MEMORY,
    GatewaySettings,
    NodesSettings,
    ServerSettings,
    StoreSettings,
)
from danmaku.config.team import TeamSettings
from danmaku.config.webhooks import WebhookSettings

__all__ = [
    "CONFIG_VARIABLE",
    "ENV_PREFIX",
    "IN_MEMORY",
    "AccountSettings",
    "AdmissionSettings",
    "BrownoutSettings",
    "CaseSettings",
    "ContactSettings",
    "FilingSettings",
    "FilterSettings",
    "GatewaySettings",
    "IdentitySettings",
    "NodesSettings",
    "ProviderSettings",
    "ServerSettings",
    "Settings",
    "StoreSettings",
    "TeamSettings",
    "WebhookSettings",
    "settings_from",
]

ENV_PREFIX = "DANMAKU_"
CONFIG_VARIABLE = "DANMAKU_CONFIG"  # the file to read, for the command line


class Settings(BaseSettings):
    """The whole configuration; made once."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
    )

    server: ServerSettings = ServerSettings()
    store: StoreSettings = StoreSettings()
    nodes: NodesSettings = NodesSettings()
    gateway: GatewaySettings = GatewaySettings()
    brownout: BrownoutSettings = BrownoutSettings()
    filter: FilterSettings = FilterSettings()
    admission: AdmissionSettings = AdmissionSettings()
    accounts: AccountSettings = AccountSettings()
    identity: IdentitySettings = IdentitySettings()
    cases: CaseSettings = CaseSettings()
    filings: FilingSettings = FilingSettings()
    contacts: ContactSettings = ContactSettings()
    team: TeamSettings = TeamSettings()
    webhooks: WebhookSettings = WebhookSettings()
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
