"""What a run is: how many viewers of which kind, how many comments, on which server settings."""

import tomllib
from pathlib import Path
from typing import Self

import msgspec

from bench.messages import KINDS

FOLDER = Path(__file__).parent / "scenarios"


class Goals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must be reached; None asks for nothing."""

    end_to_end_p99_ms: float | None = None
    filter_p99_us: float | None = None


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of scenarios/, or its shorter form.

    Attributes:
        viewers: How many of each kind of bench.messages.KINDS.
        senders: Accounts that comment, each over one socket that also views.
        comments_per_s: All senders together, on the mean; they come at random moments.
        seconds: How long comments are sent, or how long idle viewers stay.
        text: What comments say; `{}` becomes the number that makes each one unlike all others.
        rules: How many words the filter looks for; 0: the sample rules.
        settings: Server settings by the name of their environment variable, without the prefix.
    """

    name: str
    title: str
    viewers: dict[str, int]
    seconds: float
    senders: int = 0
    comments_per_s: float = 0.0
    text: str = "前方高能预警大家快看吧 {:08}"
    rules: int = 0
    goals: Goals = Goals()
    settings: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Refuse what no run can be.

        Raises:
            ValueError: For an unknown kind of viewer, or comments without senders.
        """
        if unknown := self.viewers.keys() - KINDS.keys():
            raise ValueError(f"{self.name}: unknown kinds of viewers {sorted(unknown)}")
        if self.comments_per_s > 0 and self.senders == 0:
            raise ValueError(f"{self.name}: nobody sends {self.comments_per_s} comments a second")

    @property
    def viewers_count(self) -> int:
        """Viewers of all kinds, senders not counted."""
        return sum(self.viewers.values())

    @classmethod
    def named(cls, name: str) -> Self:
        """Read scenarios/NAME.toml.

        Raises:
            FileNotFoundError: If there is none.
            msgspec.ValidationError: If it is not a scenario.
        """
        text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
        return msgspec.convert({"name": name, **tomllib.loads(text)}, cls)


def names() -> list[str]:
    """Every scenario there is."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))
