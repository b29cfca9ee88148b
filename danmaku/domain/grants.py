"""Who may do what. Every door and every verb asks here, and nowhere else.

Each function raises `NotSignedIn` for a guest and `NotAllowed` where no grant in force carries the
power; one clause to a line, so that the table of cases can be read off.

Article: articles.Article.ROLES
"""

from danmaku.domain.account import Power, Standing
from danmaku.domain.comment import Comment, CommentStatus, RecalledBy
from danmaku.domain.ids import AccountId, Millis, RoomId
from danmaku.domain.measures import (
    FINAL_STEPS,
    Function,
    Step,
    ends_account,
    lost_functions,
    require_free,
)
from danmaku.domain.people_facts import MeasureTaken
from danmaku.errors import Code, Coded, NotAllowed, NotFound, NotSignedIn

_RUN_ROOMS = frozenset({Power.ROOM_CREATE, Power.ROOM_MANAGE, Power.ROOM_CLOSE})


def require_signed_in(who: Standing | None) -> Standing:
    """Give the standing back if it is somebody's, and no guest's."""
    if who is None:
        raise NotSignedIn("Sign in first.")
    return who


def require(who: Standing | None, power: Power, room: RoomId | None, now_ms: Millis) -> Standing:
    """Give the standing back if it carries `power` in `room` (None: on the platform)."""
    who = require_signed_in(who)
    _require_not_ended(who, room, now_ms)
    if not who.may(power, room, now_ms):
        raise NotAllowed("You may not do this here.")
    if who.measures:
        _require_rooms_kept(who, power, room, now_ms)
    return who


def keeps(who: Standing, room: RoomId, now_ms: Millis, *, owner: AccountId | None) -> bool:
    """Whether a room is somebody's own, or theirs to look after: its limits are for the others."""
    is_owner = owner is not None and owner == who.account
    return is_owner or who.may(Power.COMMENT_RECALL, room, now_ms)


def require_unless_operator(
    who: Standing | None, power: Power, room: RoomId | None, now_ms: Millis
) -> None:
    """Ask as `require` does, where nobody at all is the operator: at the desk none signs in.

    A door that is open to guests asks `require_signed_in` first.
    """
    if who is not None:
        require(who, power, room, now_ms)


def _require_not_ended(who: Standing, room: RoomId | None, now_ms: Millis) -> None:
    """An account that its owner or a measure has ended uses no power, whatever it was given.

    Raises:
        Coded: IDENTITY_BARRED or ACCOUNT_SUSPENDED.
    """
    if who.is_closed:
        raise Coded(Code.ACCOUNT_SUSPENDED, "This account is closed.")
    if who.measures:
        require_free([one for one in who.measures if ends_account(one)], room, now_ms)


def _require_rooms_kept(who: Standing, power: Power, room: RoomId | None, now_ms: Millis) -> None:
    """Somebody may have lost the power over rooms.

    Raises:
        Coded: ACCOUNT_SUSPENDED.
    """
    lost = lost_functions(who.measures, room, now_ms)
    if power in _RUN_ROOMS and Function.ROOMS in lost:
        text = "Running rooms has been taken from you."
        raise Coded(Code.ACCOUNT_SUSPENDED, text, until_ms=lost[Function.ROOMS])


def require_reporting(who: Standing, now_ms: Millis) -> None:
    """Somebody may have lost reporting; complaints and appeals stay open to them.

    Raises:
        Coded: MUTED.
    """
    lost = lost_functions(who.measures, None, now_ms)
    if Function.REPORTS in lost:
        text = "No reports are taken from you for now."
        raise Coded(Code.MUTED, text, until_ms=lost[Function.REPORTS])


def require_other(who: Standing, author: AccountId) -> None:
    """Nobody decides on a thing of their own.

    Raises:
        Coded: OWN_INTEREST.
    """
    if who.account == author:
        raise Coded(Code.OWN_INTEREST, "This is your own; somebody else decides.")


def require_measure(
    who: Standing | None, step: Step, room: RoomId | None, against: Standing | None, now_ms: Millis
) -> None:
    """Let `who` take a step against somebody, or undo it.

    Args:
        who: Who asks; None is the operator at the command line.
        step: Which.
        room: Where it binds; None: everywhere.
        against: Whom it burdens; None: nobody in particular.
        now_ms: When.

    Raises:
        NotAllowed: `who` may not; or both keep the room, and `who` keeps nothing beyond it.
        Coded: OWN_INTEREST.
    """
    if who is None:
        return
    is_mute = step is Step.SUSPEND and room is not None
    if step in FINAL_STEPS:
        require(who, Power.MEASURE_GRAVE, None, now_ms)
    elif is_mute:
        require(who, Power.ACCOUNT_MUTE, room, now_ms)
    elif step is Step.HIDE:
        require(who, Power.COMMENT_RESTORE, room, now_ms)
    else:
        require(who, Power.MEASURE_TAKE, None, now_ms)
    if against is None:
        return
    require_other(who, against.account)
    keeps_only_this = not who.may(Power.MEASURE_TAKE, None, now_ms)
    if is_mute and keeps_only_this and against.may(Power.ACCOUNT_MUTE, room, now_ms):
        raise NotAllowed("They keep this room as well.")


def recalled_by(
    who: Standing | None,
    room: RoomId,
    comment: Comment,
    *,
    author: AccountId,
    within_ms: int,
    now_ms: Millis,
) -> RecalledBy:
    """As whose act `who` may recall the comment.

    Raises:
        NotSignedIn, NotAllowed: See the module.
        NotFound: It is not published.
        Coded: OWN_LIMIT: an author's time for that is over.
    """
    who = require_signed_in(who)
    if comment.status is not CommentStatus.PUBLISHED:
        raise NotFound("There is no such comment to recall.")
    if who.account == author and who.reaches(room):
        if now_ms - comment.at_ms > within_ms:
            raise Coded(Code.OWN_LIMIT, "The time for taking it back is over.")
        return RecalledBy.AUTHOR
    require(who, Power.COMMENT_RECALL, room, now_ms)
    return RecalledBy.PLATFORM if who.may(Power.COMMENT_RECALL, None, now_ms) else RecalledBy.ROOM


def require_unordered(taken: MeasureTaken, *, lifted: str | None = None) -> None:
    """Let nobody undo what carries out an order of the department: that ends with the order.

    Article: articles.Article.ORDERS

    Args:
        taken: What would be undone.
        lifted: The order that ends in the same commit; None: none does.

    Raises:
        NotAllowed: It carries out an order that stands.
    """
    if taken.instruction_id not in (None, lifted):
        raise NotAllowed("An order of the department asks for this: it ends with the order.")


def require_restore(
    who: Standing | None, room: RoomId, comment: Comment, *, author: AccountId, now_ms: Millis
) -> Standing:
    """Let a recalled comment back: by others than its author, and by the plane that removed it.

    Raises:
        NotSignedIn, NotAllowed: See the module; also where its author took it back.
        NotFound: It is not recalled, or its text is destroyed.
        Coded: OWN_INTEREST.
    """
    who = require(who, Power.COMMENT_RESTORE, room, now_ms)
    if comment.status is not CommentStatus.RECALLED or comment.content is None:
        raise NotFound("There is no such comment to restore.")
    if comment.by is RecalledBy.AUTHOR:
        raise NotAllowed("Its author took it back.")
    require_other(who, author)
    if comment.by is RecalledBy.PLATFORM and not who.may(Power.COMMENT_RESTORE, None, now_ms):
        raise NotAllowed("The platform removed it.")
    return who
