"""Who somebody is to this house: the powers that grants give, and the standing doors ask for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from danmaku.domain.documents import DocumentKind
from danmaku.domain.identity import Identity
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.measures import Measure, ends_account
from danmaku.errors import BadMessage

_LOGIN = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{2,31}")
NAME_MAX = 24  # code points of a public name


def login_of(text: str) -> str:
    """Check a sign-in name.

    Raises:
        BadMessage: If it is not 3 to 32 ASCII letters, digits, `_`, `.` or `-`.
    """
    if not _LOGIN.fullmatch(text):
        raise BadMessage("A sign-in name is 3 to 32 letters, digits, '_', '.' or '-'.")
    return text


class Power(StrEnum):
    """One thing a grant may allow. A power is always held in a scope and for a time."""

    COMMENT_SEND = "comment.send"
    COMMENT_RECALL = "comment.recall"  # somebody else's
    COMMENT_RESTORE = "comment.restore"
    COMMENT_REVIEW = "comment.review"  # see held comments, approve, reject
    ROOM_CREATE = "room.create"
    ROOM_MANAGE = "room.manage"  # title, media, policy, broadcast
    ROOM_CLOSE = "room.close"
    RECORD_IMPORT = "record.import"
    TOKEN_ISSUE = "token.issue"  # noqa: S105 -- a power, not a secret
    GRANT_GIVE = "grant.give"
    RULES_ACTIVATE = "rules.activate"
    REPORT_READ = "report.read"
    REPORT_ANSWER = "report.answer"  # of one's own room: see and answer
    MODERATOR_INVITE = "moderator.invite"  # pass on a part of one's own, in one room
    GRANT_ASSESS = "grant.assess"  # decide who keeps a room, narrow it, take it back
    ACCOUNT_MUTE = "account.mute"  # in one room
    MEASURE_TAKE = "measure.take"  # against an account or a room
    MEASURE_GRAVE = "measure.grave"  # close, forbid, close a room's comments
    CONTROL_SET = "control.set"
    DOCUMENT_ISSUE = "document.issue"
    FEATURE_ASSESS = "feature.assess"  # answer for an assessment
    FEATURE_SWITCH = "feature.switch"  # once that is approved
    NAME_REVIEW = "name.review"  # decide which names, titles and summaries are shown
    IDENTITY_ASK = "identity.ask"  # request to be told who an account belongs to
    IDENTITY_DISCLOSE = "identity.disclose"  # agree to such a request


class Bundle(StrEnum):
    """Named sets of powers; a grant row names one."""

    VIEWER = "viewer"
    STREAMER = "streamer"
    MODERATOR = "moderator"
    REVIEWER = "reviewer"
    CHIEF_EDITOR = "chief_editor"
    INSPECTOR = "inspector"
    OPERATOR = "operator"


_ROOM_CARE = frozenset(
    {
        Power.COMMENT_RECALL,
        Power.COMMENT_RESTORE,
        Power.COMMENT_REVIEW,
        Power.ACCOUNT_MUTE,
        Power.REPORT_ANSWER,
    }
)

BUNDLES: dict[Bundle, frozenset[Power]] = {
    Bundle.VIEWER: frozenset({Power.COMMENT_SEND}),
    Bundle.STREAMER: _ROOM_CARE | {Power.ROOM_MANAGE, Power.RECORD_IMPORT, Power.MODERATOR_INVITE},
    Bundle.MODERATOR: _ROOM_CARE,
    Bundle.REVIEWER: _ROOM_CARE | {Power.REPORT_READ, Power.MEASURE_TAKE, Power.NAME_REVIEW},
    Bundle.CHIEF_EDITOR: _ROOM_CARE
    | {
        Power.REPORT_READ,
        Power.RULES_ACTIVATE,
        Power.ROOM_CLOSE,
        Power.MEASURE_TAKE,
        Power.MEASURE_GRAVE,
        Power.GRANT_ASSESS,
        Power.CONTROL_SET,
        Power.DOCUMENT_ISSUE,
        Power.FEATURE_ASSESS,
        Power.FEATURE_SWITCH,
        Power.NAME_REVIEW,
        Power.IDENTITY_ASK,
        Power.IDENTITY_DISCLOSE,
    },
    Bundle.INSPECTOR: frozenset({Power.REPORT_READ, Power.IDENTITY_ASK}),
    Bundle.OPERATOR: frozenset(
        {
            Power.ROOM_CREATE,
            Power.ROOM_MANAGE,
            Power.ROOM_CLOSE,
            Power.RECORD_IMPORT,
            Power.TOKEN_ISSUE,
            Power.FEATURE_SWITCH,
            Power.GRANT_GIVE,
            Power.GRANT_ASSESS,
            Power.RULES_ACTIVATE,
        }
    ),
}


@dataclass(frozen=True, slots=True)
class PowerGrant:
    """Right to do named things in a scope for a time."""

    grant_id: str
    bundle: Bundle
    room: RoomId | None  # None: the whole platform
    until_ms: Millis | None  # None: until revoked
    powers: frozenset[Power] | None = None  # a part of the bundle; None: all of it

    @property
    def carried(self) -> frozenset[Power]:
        """What it allows while it lasts."""
        bundled = BUNDLES[self.bundle]
        return bundled if self.powers is None else bundled & self.powers

    def carries(self, power: Power, room: RoomId | None, now_ms: Millis) -> bool:
        """Whether it allows `power` in `room` (None: on the platform) at that moment."""
        return (
            power in BUNDLES[self.bundle]
            and (self.powers is None or power in self.powers)
            and (self.room is None or self.room == room)
            and (self.until_ms is None or now_ms < self.until_ms)
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What a door needs to know of an account: one value, replaced when a fact changes it.

    `version` is the seq of the last platform entry about the account; the record refuses facts that
    were decided on an older one.
    """

    account: AccountId
    login: str
    name: str
    version: Seq
    grants: tuple[PowerGrant, ...] = ()
    token_room: RoomId | None = None  # signed in with a token that is good in this room only
    identity: Identity | None = None  # None: not verified
    accepted: Mapping[DocumentKind, int] = field(default_factory=dict)  # kind to version
    measures: tuple[Measure, ...] = ()  # felt, neither reversed nor read; ended ones may be there
    level: int | None = None  # of credit; None: none was reckoned yet
    is_closed: bool = False  # given up by its owner
    since_ms: Millis | None = field(default=None, compare=False)  # registered; None: long ago

    def reaches(self, room: RoomId | None) -> bool:
        """Whether the way it signed in is good in `room` (None: on the platform)."""
        return self.token_room is None or self.token_room == room

    def may(self, power: Power, room: RoomId | None, now_ms: Millis) -> bool:
        """Whether any grant in force carries `power` in `room` (None: on the platform)."""
        if not self.reaches(room):
            return False
        if (self.is_closed or self.measures) and self.is_ended(room, now_ms):
            return False
        has_identity = self.identity is not None
        return any(
            grant.carries(power, room, now_ms)
            and not (has_identity and self._pauses(grant, now_ms))
            for grant in self.grants
        )

    def is_ended(self, room: RoomId | None, now_ms: Millis) -> bool:
        """Whether the owner or a measure has ended it: it reads and appeals, and uses no power."""
        return self.is_closed or any(
            ends_account(one) and one.reaches(room) and one.binds(now_ms) for one in self.measures
        )

    def _pauses(self, grant: PowerGrant, now_ms: Millis) -> bool:
        """Whether a grant of more than a viewer's waits until its holder is verified again.

        Article: articles.Article.FOUNDERS_VERIFIED
        """
        is_lapsed = self.identity is not None and not self.identity.holds(now_ms)
        return is_lapsed and grant.bundle is not Bundle.VIEWER

    def powers(self, room: RoomId | None, now_ms: Millis) -> frozenset[Power]:
        """Every power in force in `room`."""
        return frozenset(power for power in Power if self.may(power, room, now_ms))
