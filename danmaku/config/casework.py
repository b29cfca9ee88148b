"""Settings of cases and filings: how long they may take."""

from pydantic import Field

from danmaku.config.part import Part


class CaseSettings(Part):
    """Cases: within what time they are decided, and how they are claimed."""

    lease_minutes: int = Field(
        default=10, ge=1, le=240, description="How long a claimed case is its reviewer's, minutes."
    )
    review_minutes: int = Field(
        default=60, ge=1, description="Within what time a held comment is decided on, minutes."
    )
    report_hours: int = Field(
        default=24, ge=1, description="Within what time a report is decided on, hours."
    )
    grave_minutes: int = Field(
        default=60,
        ge=1,
        description="The same for what is said to be unlawful, whatever the kind, minutes.",
    )
    complaint_hours: int = Field(
        default=24, ge=1, description="Within what time a complaint is decided on, hours."
    )
    appeal_hours: int = Field(
        default=72, ge=1, description="Within what time an appeal is decided on, hours."
    )
    provisional_hours: int = Field(
        default=72, ge=1, le=168, description="How long a provisional measure lasts at most, hours."
    )
    filings_max: int = Field(
        default=50,
        ge=1,
        le=10_000,
        description="How many reports or complaints of one account may wait, and how many one "
        "address may send a day without an account.",
    )
    spot_checks_permille: int = Field(
        default=10,
        ge=0,
        le=1000,
        description="How many of a thousand published comments the patrol wall offers for a check.",
    )
    held_warn: int = Field(
        default=200, ge=1, description="From how many held comments on the log warns."
    )


class FilingSettings(Part):
    """Filings: within what time the department gets them."""

    item_hours: int = Field(
        default=24,
        ge=1,
        description="After something unlawful, a step against whoever keeps a room, a bar or an "
        "order, hours.",
    )
    report_days: int = Field(default=7, ge=1, description="After the end of a period, days.")
    weakness_hours: int = Field(default=48, ge=1, description="After a weakness was found, hours.")

    @property
    def item_ms(self) -> int:
        """`item_hours` in milliseconds."""
        return self.item_hours * 3_600_000
