"""Settings of who people are: accounts, and how identities are verified."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from danmaku.config.part import Part


class AccountSettings(Part):
    """Signing in."""

    registration: bool = Field(default=True, description="Whether anybody may register.")
    reserved_names: tuple[str, ...] = Field(
        default=(),
        description="Words that nobody may have in a name they choose, as the site's own name; "
        "words of office are reserved already.",
    )
    name_review_hours: int = Field(
        default=24,
        ge=1,
        le=720,
        description="Within which a name, title or summary that waits is decided on, hours: its "
        "owner is told so.",
    )
    names_per_day: int = Field(
        default=20,
        ge=1,
        le=1000,
        description="New names, titles and summaries of one account, in the long run and at once.",
    )
    session_days: int = Field(default=30, ge=1, le=365, description="Life of a session, days.")
    session_idle_hours: int = Field(
        default=336,
        ge=1,
        le=8760,
        description="Without use for so long a session ends before, hours; an open page with its "
        "socket is use.",
    )
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


class ProviderSettings(Part):
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


class IdentitySettings(Part):
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
    remind_days: int = Field(
        default=14,
        ge=0,
        le=365,
        description="How long before a verification or a grant ends its holder is reminded, days.",
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
