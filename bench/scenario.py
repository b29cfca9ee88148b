"""What a run is, as data: who watches where, what is sent, what happens meanwhile, what must hold.

One file of scenarios/ is one scenario. `like = "NAME"` takes everything from another one and says
only what differs: within the load and the settings a field, elsewhere the whole.
"""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import msgspec

from bench.messages import KINDS

FOLDER = Path(__file__).parent / "scenarios"
_DURATIONS = frozenset(
    {"seconds", "step_s", "calm_s", "surge_s", "after_s", "at_s", "for_s", "over_s", "away_s"}
)
TEXT = "前方高能预警大家快看吧 {:08}"


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """A table of a scenario; `kind` says which of several it is."""


# --- what is sent


class Quiet(_Part, frozen=True, tag="quiet"):
    """Nobody sends."""

    seconds: float
    warm_up_s: float = 0.0

    @property
    def senders(self) -> int:
        """Nobody."""
        return 0


class Rate(_Part, frozen=True, tag="rate"):
    """An open loop: comments at random moments, whatever the server does.

    Attributes:
        per_s: All senders together, on the mean.
        seconds: How long it is measured; `warm_up_s` more go before.
        senders: Accounts, each over one socket that also watches.
        text: What comments say; `{}` becomes the number that makes each one unlike all others.
    """

    per_s: float
    seconds: float
    senders: int
    warm_up_s: float = 1.0
    text: str = TEXT


class Steps(_Part, frozen=True, tag="steps"):
    """An open loop that gets faster, to see how far the server can be trusted.

    Attributes:
        per_s: The rate of each step.
        step_s: How long each lasts.
        p99_ms_max: A step is good while this share of its deliveries comes within that.
    """

    per_s: list[float]
    step_s: float
    senders: int
    p99_ms_max: float
    warm_up_s: float = 1.0
    text: str = TEXT

    @property
    def seconds(self) -> float:
        """All steps together."""
        return self.step_s * len(self.per_s)


class Surge(_Part, frozen=True, tag="surge"):
    """An open loop at an even pace, which for a while offers far more than the server can take.

    Attributes:
        per_s: Before and after.
        surge_per_s: Meanwhile.
        calm_s, surge_s, after_s: How long each part lasts.
    """

    per_s: float
    surge_per_s: float
    calm_s: float
    surge_s: float
    after_s: float
    senders: int
    warm_up_s: float = 1.0
    text: str = TEXT

    @property
    def seconds(self) -> float:
        """All three parts."""
        return self.calm_s + self.surge_s + self.after_s


class Window(_Part, frozen=True, tag="window"):
    """A closed loop: a comment ends when its own sender sees it, and the next one leaves.

    Attributes:
        in_flight: Comments on their way at any moment.
    """

    in_flight: int
    seconds: float
    senders: int
    warm_up_s: float = 1.0
    text: str = TEXT


Load = Quiet | Rate | Steps | Surge | Window


# --- what happens meanwhile


class Join(_Part, frozen=True, tag="join"):
    """More viewers come, spread over `over_s`."""

    at_s: float
    over_s: float
    viewers: dict[str, int]


class Storm(_Part, frozen=True, tag="storm"):
    """The first viewers vanish at once and come back with what they had.

    Attributes:
        share: How many of all viewers, from 0 to 1.
        away_s: Until the first one comes back.
        over_s: From the first one's return to the last one's.
    """

    at_s: float
    share: float
    away_s: float
    over_s: float


class Pause(_Part, frozen=True, tag="pause"):
    """The first viewers take nothing off their sockets for a while."""

    at_s: float
    for_s: float
    share: float


class Stall(_Part, frozen=True, tag="stall"):
    """The first viewers take nothing any more, until the server has let go of all of them.

    Then they vanish, and come back with what they had.

    Attributes:
        within_s: After so long those who are still there are a fault of the server.
        over_s: From the first one's return to the last one's.
    """

    at_s: float
    share: float
    within_s: float
    over_s: float


class Enforce(_Part, frozen=True, tag="enforce"):
    """A moderator recalls and restores comments; the operator pauses rooms and opens them again."""

    at_s: float
    for_s: float
    recalls_per_s: float = 0.0
    restores_per_s: float = 0.0
    switches_per_s: float = 0.0


class Flood(_Part, frozen=True, tag="flood"):
    """Accounts that send far more than they may, and come back whenever they are thrown out."""

    at_s: float
    for_s: float
    accounts: int
    per_s: float


class Garbage(_Part, frozen=True, tag="garbage"):
    """Sockets that say what is no message, are thrown out, and come back."""

    at_s: float
    for_s: float
    sockets: int
    per_s: float


class Act(StrEnum):
    """What the house does to somebody, or to the first room."""

    MUTE = "mute"
    SUSPEND = "suspend"
    REVOKE = "revoke"
    CLOSE = "close"  # the account: nobody is there any more
    SWITCH = "switch"  # the room, off
    CONTROL = "control"  # everywhere, closed


class Measures(_Part, frozen=True, tag="measures"):
    """The house acts upon people and the first room; each act is felt before the next one begins.

    Attributes:
        acts: In turn.
        people: Whom it is done to, in turn; whose account is closed leaves.
        sockets: Open ones of each.
    """

    at_s: float
    for_s: float
    acts: list[Act]
    per_s: float
    people: int
    sockets: int


class Rework(_Part, frozen=True, tag="rework"):
    """Old comments are looked through by other rules, and many taken away, while others talk.

    Attributes:
        comments: How many the record holds from before the run, in a room of their own.
        sought_every: One in so many is what the rules are after.
        watchers: Viewers of that room.
    """

    at_s: float
    for_s: float
    comments: int
    sought_every: int
    watchers: int


Happening = Join | Storm | Pause | Stall | Enforce | Flood | Garbage | Measures | Rework


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One run.

    Attributes:
        rooms: Viewers and senders are spread over them evenly.
        nodes: Servers over one PostgreSQL and one Redis, viewers spread over them evenly; 0: one
            server with a record of its own.
        speaking: How many of the nodes have senders, the first ones; 0: all.
        beside: Scenario that is run before each round, to hold what a delivery costs against it.
        viewers: How many of each kind of bench.messages.KINDS, in all rooms together.
        events: What happens, by seconds since the load began.
        rules: How many words the filter looks for; 0: the sample rules.
        answers: What senders may be told; any other answer fails the run.
        goals: What figures of the outcome must reach, by name.
        settings: Server settings by the name of their environment variable, without the prefix.
    """

    name: str
    title: str
    load: Load
    viewers: dict[str, int]
    rooms: int = 1
    nodes: int = 0
    speaking: int = 0
    beside: str = ""
    events: list[Happening] = []
    rules: int = 0
    answers: list[str] = msgspec.field(default_factory=lambda: ["published"])
    goals: dict[str, float] = {}
    settings: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Refuse what no run can be.

        Raises:
            ValueError: For an unknown kind of viewer, sends that nobody sends, an event after the
                end, an event whose share is none, more nodes that speak than there are, or more
                than one past.
        """
        for happening in self.events:
            self._check(happening)
        kinds = {*self.viewers, *(kind for join in self._joins for kind in join.viewers)}
        if unknown := kinds - KINDS.keys():
            raise ValueError(f"{self.name}: unknown kinds of viewers {sorted(unknown)}")
        if not isinstance(self.load, Quiet) and self.load.senders < 1:
            raise ValueError(f"{self.name}: nobody sends what the load asks for")
        if self.rooms < 1:
            raise ValueError(f"{self.name}: a run has a room at least")
        if not 0 <= self.speaking <= self.nodes:
            raise ValueError(f"{self.name}: {self.speaking} of {self.nodes} nodes cannot speak")
        reworks = sum(isinstance(happening, Rework) for happening in self.events)
        if reworks > (not self.nodes):
            raise ValueError(f"{self.name}: there is one past, of a server that is alone")

    def _check(self, happening: Happening) -> None:
        if not 0 <= happening.at_s < self.seconds:
            raise ValueError(f"{self.name}: nothing can happen at {happening.at_s:g} s")
        if isinstance(happening, Storm | Pause | Stall) and not 0 < happening.share <= 1:
            raise ValueError(f"{self.name}: {happening.share:g} is no share of the viewers")

    @property
    def _joins(self) -> list[Join]:
        return [happening for happening in self.events if isinstance(happening, Join)]

    @property
    def seconds(self) -> float:
        """How long it is measured."""
        return self.load.seconds

    @property
    def senders(self) -> int:
        """Accounts that send within their limits."""
        return self.load.senders

    @property
    def viewers_count(self) -> int:
        """Viewers of all kinds who are there when the load begins, senders not counted."""
        return sum(self.viewers.values())

    @property
    def everybody_count(self) -> int:
        """Viewers, senders and those whom acts are about, who are there in the end."""
        joining = sum(sum(join.viewers.values()) for join in self._joins)
        acts = (event for event in self.events if isinstance(event, Measures))
        subjects = sum(event.people * event.sockets for event in acts)
        watchers = 0 if self.rework is None else self.rework.watchers
        return self.viewers_count + joining + self.senders + subjects + watchers

    @property
    def rework(self) -> Rework | None:
        """What is done to the past; None: there is none."""
        return next((event for event in self.events if isinstance(event, Rework)), None)

    @property
    def comments_count(self) -> int | None:
        """How many comments are planned; None: as many as the server takes."""
        match self.load:
            case Quiet():
                return 0
            case Rate(per_s=per_s, seconds=seconds, warm_up_s=warm_up_s):
                return round(per_s * (seconds + warm_up_s))
            case Steps(per_s=rates, step_s=step_s, warm_up_s=warm_up_s):
                return round(sum(rates) * step_s + rates[0] * warm_up_s)
            case Surge() as load:
                calm_s = load.warm_up_s + load.calm_s + load.after_s
                return round(load.per_s * calm_s + load.surge_per_s * load.surge_s)
            case Window():
                return None

    def shortened(self, *, scale: float = 1.0, seconds: float | None = None) -> Self:
        """The same with fewer viewers and in less time, for a quick look.

        Args:
            scale: Of the numbers of viewers, rooms, flooding accounts and old comments.
            seconds: How long it is measured instead; events come at the same part of it.
        """
        pace = 1.0 if seconds is None else seconds / self.seconds
        raw: dict[str, Any] = msgspec.to_builtins(self)
        raw["viewers"] = _scaled(raw["viewers"], scale)
        raw["rooms"] = max(1, round(self.rooms * scale))
        for part in [raw["load"], *raw["events"]]:
            for key in part.keys() & _DURATIONS:
                part[key] *= pace
        for event in raw["events"]:
            for key in event.keys() & {"accounts", "sockets", "comments", "watchers"}:
                event[key] = max(1, round(event[key] * scale))
            if "viewers" in event:
                event["viewers"] = _scaled(event["viewers"], scale)
        return msgspec.convert(raw, type(self))

    @classmethod
    def named(cls, name: str) -> Self:
        """Read scenarios/NAME.toml.

        Raises:
            FileNotFoundError: If there is none.
            msgspec.ValidationError: If it is not a scenario; says where.
        """
        return msgspec.convert({**_raw(name), "name": name}, cls)


def names() -> list[str]:
    """Every scenario there is."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def _raw(name: str) -> dict[str, Any]:
    raw = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    if "like" not in raw:
        return raw
    base = _raw(raw.pop("like"))
    settings = base.get("settings", {}) | raw.get("settings", {})
    return base | raw | {"load": _load(base["load"], raw.get("load", {})), "settings": settings}


def _load(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """A load of another kind shares no fields with the one it replaces."""
    is_other = "kind" in over and over["kind"] != base["kind"]
    return over if is_other else base | over


def _scaled(counts: dict[str, int], scale: float) -> dict[str, int]:
    return {key: max(1, round(count * scale)) for key, count in counts.items()}
