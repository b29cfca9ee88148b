"""Settings of the staff: training, duty, second looks."""

from pydantic import Field

from danmaku.config.part import Part


class TeamSettings(Part):
    """The staff: how long training and duty last, and how much is looked at again."""

    training_days: int = Field(
        default=365, ge=1, le=1830, description="How long having passed the training holds, days."
    )
    duty_hours: int = Field(
        default=8, ge=1, le=24, description="After how long duty ends by itself, hours."
    )
    rooms_per_reviewer_max: int = Field(
        default=50,
        ge=1,
        description="From more than how many open rooms for each who is on duty on the log warns.",
    )
    recheck_permille: int = Field(
        default=10,
        ge=0,
        le=1000,
        description="How many of a thousand decisions of the staff somebody else looks at again.",
    )
