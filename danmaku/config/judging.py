"""Settings of what is let through: the filter, and the limits on senders."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from danmaku.config.part import Part


class FilterSettings(Part):
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


class AdmissionSettings(Part):
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
        default=True,
        description="Whether a comment waits for a person when many say nearly the same at a time, "
        "or many new accounts turn on one target; many who say exactly the same never wait.",
    )
    newcomers_min: int = Field(
        default=3,
        ge=2,
        description="Accounts that are many enough for that if all of them are new.",
    )
    target_newcomers_min: int = Field(
        default=5,
        ge=2,
        description="New accounts that turn on one target within a minute, in texts of their own, "
        "which then wait for a person.",
    )
    surge_newcomers_min: int = Field(
        default=20,
        ge=2,
        description="New accounts of about the same age that speak in one room within a minute, "
        "and then wait half a minute between two comments.",
    )
    newcomer_hours: int = Field(
        default=24, ge=1, description="How long an account is new after registering, hours."
    )
