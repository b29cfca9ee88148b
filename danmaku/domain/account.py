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
    RULES_DRAFT = "rules.draft"  # write rule sets down, try texts, read reports
    RULES_ACTIVATE = "rules.activate"
    REPORT_READ = "report.read"
    CASE_DECIDE = "case.decide"  # claim cases of the platform and decide them
    REPORT_ANSWER = "report.answer"  # of one's own room: see and answer
    MODERATOR_INVITE = "moderator.invite"  # pass on a part of one's own, in one room
    GRANT_ASSESS = "grant.assess"  # decide who keeps a room, narrow it, take it back
    ACCOUNT_MUTE = "account.mute"  # in one room
    MEASURE_TAKE = "measure.take"  # against an account or a room
    MEASURE_GRAVE = "measure.grave"  # close, forbid, close a room's comments
    CONTROL_SET = "control.set"
    DOCUMENT_ISSUE = "document.issue"
    FEATURE_SWITCH = "feature.switch"  # once its assessment is approved
    FILING_DRAFT = "filing.draft"  # write what the department gets
    FILING_APPROVE = "filing.approve"  # answer for it, and hand it in
    NAME_REVIEW = "name.review"  # decide which names, titles and summaries are shown
    RECORD_INSPECT = "record.inspect"  # look into everything, and take bundles of it
    IDENTITY_ASK = "identity.ask"  # request to be told who an account belongs to
    IDENTITY_DISCLOSE = "identity.disclose"  # agree to such a request
    DUTY_READ = "duty.read"  # how the duties of the regulation stand
    ENDPOINT_KEEP = "endpoint.keep"  # say who outside is told what happens
    LOAD_SHED = "load.shed"  # hold a level of the brown-out
    LEGAL_HOLD = "legal.hold"  # keep what a term would destroy, and let go of it again


class TokenKind(StrEnum):
    """What a token is good for, as its secret begins: the digest covers that, so it stays true."""

    OWN = "dm_"  # speaks for its owner; lets scanners recognise one that leaked
    LINK = "ro_"  # stands in an address that others may see: tells whose it is, and only reads


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
    Bundle.REVIEWER: _ROOM_CARE
    | {Power.REPORT_READ, Power.CASE_DECIDE, Power.MEASURE_TAKE, Power.NAME_REVIEW}
    | {Power.RULES_DRAFT, Power.FILING_DRAFT},
    Bundle.CHIEF_EDITOR: _ROOM_CARE
    | {
        Power.REPORT_READ,
        Power.CASE_DECIDE,
        Power.RULES_DRAFT,
        Power.RULES_ACTIVATE,
        Power.ROOM_CLOSE,
        Power.MEASURE_TAKE,
        Power.MEASURE_GRAVE,
        Power.GRANT_ASSESS,
        Power.CONTROL_SET,
        Power.DOCUMENT_ISSUE,
        Power.FEATURE_SWITCH,
        Power.FILING_DRAFT,
        Power.FILING_APPROVE,
        Power.NAME_REVIEW,
        Power.IDENTITY_ASK,
        Power.IDENTITY_DISCLOSE,
        Power.LEGAL_HOLD,
        Power.DUTY_READ,
        Power.ENDPOINT_KEEP,
    },
    Bundle.INSPECTOR: frozenset(
        {Power.REPORT_READ, Power.RECORD_INSPECT, Power.IDENTITY_ASK, Power.DUTY_READ}
    ),
    Bundle.OPERATOR: frozenset(
        {
            Power.ROOM_CREATE,
            Power.ROOM_MANAGE,
            Power.ROOM_CLOSE,
            Power.RECORD_IMPORT,
            Power.TOKEN_ISSUE,
            Power.LOAD_SHED,
            Power.FEATURE_SWITCH,
            Power.FILING_DRAFT,
            Power.GRANT_GIVE,
            Power.DUTY_READ,
            Power.ENDPOINT_KEEP,
            Power.GRANT_ASSESS,
            Power.RULES_DRAFT,
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

    def is_over(self, now_ms: Millis) -> bool:
        """Whether its time is over."""
        return self.until_ms is not None and now_ms >= self.until_ms

    def carries(self, power: Power, room: RoomId | None, now_ms: Millis) -> bool:
        """Whether it allows `power` in `room` (None: on the platform) at that moment."""
        return (
            power in BUNDLES[self.bundle]
            and (self.powers is None or power in self.powers)
            and (self.room is None or self.room == room)
            and not self.is_over(now_ms)
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
    reads_only: bool = False  # signed in with a link: whose it is, and none of their powers
    since_ms: Millis | None = field(default=None, compare=False)  # registered; None: long ago

    def reaches(self, room: RoomId | None) -> bool:
        """Whether the way it signed in lets it act in `room` (None: on the platform)."""
        return not self.reads_only and (self.token_room is None or self.token_room == room)

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
            for grant in self._inspecting or self.grants
        )

    def is_ended(self, room: RoomId | None, now_ms: Millis) -> bool:
        """Whether the owner or a measure has ended it: it reads and appeals, and uses no power."""
        return self.is_closed or any(
            ends_account(one) and one.reaches(room) and one.binds(now_ms) for one in self.measures
        )

    @property
    def _inspecting(self) -> tuple[PowerGrant, ...]:
        """An inspector's grants, ended ones too: whoever has any does nothing else."""
        return tuple(grant for grant in self.grants if grant.bundle is Bundle.INSPECTOR)

    @property
    def keeps_rooms(self) -> bool:
        """Whether it was ever given a room of its own to keep."""
        return any(one.bundle is Bundle.STREAMER for one in self.grants)

    def inspects(self, now_ms: Millis) -> bool:
        """Whether it looks into the record for the department: reads all, changes nothing."""
        return self.may(Power.RECORD_INSPECT, None, now_ms)

    def has_inspected(self, now_ms: Millis) -> bool:
        """Whether it was an inspector's until its time was over: no way in is left."""
        grants = self._inspecting
        return bool(grants) and all(one.is_over(now_ms) for one in grants)

    def _pauses(self, grant: PowerGrant, now_ms: Millis) -> bool:
        """Whether a grant of more than a viewer's waits until its holder is verified again.

        Article: articles.Article.FOUNDERS_VERIFIED
        """
        is_lapsed = self.identity is not None and not self.identity.holds(now_ms)
        return is_lapsed and grant.bundle is not Bundle.VIEWER

    def powers(self, room: RoomId | None, now_ms: Millis) -> frozenset[Power]:
        """Every power in force in `room`."""
        return frozenset(power for power in Power if self.may(power, room, now_ms))
