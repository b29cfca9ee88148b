"""What is measured of the filter, as rows of one table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """One goal, and what was measured.

    Attributes:
        value: How many times the other side; seconds where the name says so.
        most: What the goal allows; None: there is no goal.
        told: Both sides, in words.
    """

    name: str
    value: float
    most: float | None
    told: str
