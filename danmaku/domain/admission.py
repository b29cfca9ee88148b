"""What becomes of a draft: published, held, refused, or sent back with a code.

`PHASES` is the whole order, readable in one look. A gate, a bound or a limit raises: that is an
answer, counted and not kept. The filter's word is a judgement: a fact, recorded before anybody sees
the comment.

Article: articles.Article.REVIEW_BEFORE_PUBLICATION
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from danmaku.domain.account import Power, Standing
from danmaku.domain.comment import (
    LATENCY_MAX_MS,
    NORMAL,
    POSITION_MAX_MS,
    SIZES,
    WHITE,
    Content,
    Draft,
    Mode,
    clean_text,
)
from danmaku.domain.conditions import NOTHING_ASKED, Conditions, require_ready
from danmaku.domain.controls import Control, effective_mode, imposed_mode, strictest
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused, Hit, Verdict
from danmaku.domain.grants import keeps, require
from danmaku.domain.ids import Millis, is_before
from danmaku.domain.levels import FORMULA, START_LEVEL, Level
from danmaku.domain.live import LiveRoom
from danmaku.domain.looks import Look, as_shown, verdict_of
from danmaku.domain.measures import LIMITED_GAP_MS, Function, lost_functions, require_free
from danmaku.domain.pacing import TokenBuckets
from danmaku.domain.room import Broadcast, ReviewMode, Status
from danmaku.errors import Code, Coded
from danmaku.filter.findings import Findings
from danmaku.filter.normalize import scanned_of
from danmaku.filter.rules import LEARNED_CATEGORY, ROOM_CATEGORY, Action

REVIEW_CATEGORY = "review"  # held because the room's mode asks for a person, not for its content
FLOOD_CATEGORY = "flood"  # held because many say nearly the same at a time
APPEARS_BY_ITSELF = frozenset({ReviewMode.MACHINE, ReviewMode.DELAYED})

Judgement = CommentPublished | CommentHeld | CommentRefused


_FIRST_LEVEL = FORMULA.level(None)


@dataclass(slots=True)
class Asked:
    """A draft on its way: who asks, where, when, and what may be asked about it.

    Not frozen: each phase writes down what it has settled.
    """

    who: Standing | None
    room: LiveRoom
    draft: Draft
    now_ms: Millis
    buckets: TokenBuckets
    look: Callable[[str], Look]
    conditions: Conditions = NOTHING_ASKED
    imported: bool = False
    text: str = ""  # clean, once `text_bounds` has let it pass
    position_ms: int = 0  # on the media clock, once `position_known` has let it pass
    control: Control | None = None  # what holds here, once `no_emergency` has let it pass
    level: Level = _FIRST_LEVEL  # what credit allows, once `signed_in` has let it pass
    # What measures have taken from the sender here, and until when, from then on too.
    lost: Mapping[Function, Millis | None] = field(default_factory=dict)

    @property
    def author(self) -> Standing:
        """The sender, once `signed_in` has let it pass."""
        assert self.who is not None
        return self.who

    @property
    def mode(self) -> ReviewMode:
        """Who looks before publication: the room's word, or a stricter control's or level's."""
        room, now_ms = self.room, self.now_ms
        return effective_mode(self._controls, room.room, room.state, self.level.review, now_ms)

    @property
    def _controls(self) -> tuple[Control, ...]:
        return () if self.control is None else (self.control,)

    @property
    def is_put_off(self) -> bool:
        """Whether those who keep the room see it before the others do.

        They need not wait themselves where the delay is the room's own.
        """
        if self.imported or self.mode is not ReviewMode.DELAYED:
            return False
        room, level = self.room.room, self.level.review
        imposed = imposed_mode(self._controls, room, level, self.now_ms)
        return imposed is ReviewMode.DELAYED or not self.is_host

    @property
    def is_host(self) -> bool:
        """Whether the sender keeps this room: its limits are for the others."""
        room = self.room
        return keeps(self.author, room.room, self.now_ms, owner=room.owner)


def room_open(asked: Asked) -> None:
    """Let nothing pass while the room takes no comments."""
    state = asked.room.state
    if state.status is Status.CLOSED:
        raise Coded(Code.ROOM_CLOSED, "This room is closed; its comments stay readable.")
    if state.status is Status.PAUSED or state.policy.mode is ReviewMode.CLOSED:
        raise Coded(Code.ROOM_PAUSED, "Comments are switched off in this room for now.")
    if is_before(asked.now_ms, until_ms := state.paused_until_ms):
        text = "The platform has switched off comments in this room for now."
        raise Coded(Code.ROOM_PAUSED, text, until_ms=until_ms)


def no_emergency(asked: Asked) -> None:
    """Let nothing pass while an emergency control has comments closed.

    Article: articles.Article.EMERGENCY_RESPONSE
    """
    if not asked.conditions.controls:
        return
    control = strictest(asked.conditions.controls, asked.room.room, asked.now_ms)
    asked.control = control
    if control is None or control.mode is not ReviewMode.CLOSED:
        return
    if control.scope is None:
        text = "Comments are switched off everywhere for now."
        raise Coded(Code.PLATFORM_CLOSED, text, until_ms=control.until_ms)
    text = "The platform has switched off comments in this room for now."
    raise Coded(Code.ROOM_PAUSED, text, until_ms=control.until_ms)


def signed_in(asked: Asked) -> None:
    """Ask for an account that may comment here."""
    room, now_ms = asked.room.room, asked.now_ms
    who = require(asked.who, Power.COMMENT_SEND, room, now_ms)
    asked.level = asked.conditions.credit.level(who.level)
    if who.measures:
        asked.lost = lost_functions(who.measures, room, now_ms)


def not_stopped(asked: Asked) -> None:
    """Let nobody pass whom a measure stops, or who has given the account up.

    Article: articles.Article.MEASURES_ON_USERS
    """
    author = asked.author
    if author.is_closed:
        raise Coded(Code.ACCOUNT_SUSPENDED, "This account is closed.")
    if author.measures:
        require_free(author.measures, asked.room.room, asked.now_ms)


def ready(asked: Asked) -> None:
    """Ask for a verified identity and accepted documents, where the house asks for them."""
    conditions = asked.conditions
    if conditions.identity_required or conditions.editions:
        require_ready(asked.author, conditions, asked.now_ms)


def heard_here(asked: Asked) -> None:
    """Hold the sender to the room's least level and to its silence; hosts are free of both."""
    state, level = asked.room.state, asked.author.level
    is_silent = is_before(asked.now_ms, state.silent_until_ms)
    is_low = (START_LEVEL if level is None else level) < state.policy.level_min
    if not (is_silent or is_low) or asked.is_host:
        return  # hardly ever: so who is a host is asked last
    if is_silent:
        text = "Only those who keep the room speak for now."
        raise Coded(Code.ROOM_PAUSED, text, until_ms=state.silent_until_ms)
    if is_low:
        text = f"This room asks for level {state.policy.level_min}."
        raise Coded(Code.LEVEL_TOO_LOW, text)


def text_bounds(asked: Asked) -> None:
    """Clean the text and hold it to the room's length."""
    asked.text = clean_text(asked.draft.text)
    if not asked.text:
        raise Coded(Code.EMPTY, "There is nothing to show.")
    if len(asked.text) > asked.room.state.policy.text_max:
        raise Coded(Code.TOO_LONG, f"At most {asked.room.state.policy.text_max} characters.")


def style_allowed(asked: Asked) -> None:
    """Hold mode, colour and size to what exists and what the room allows."""
    policy, style = asked.room.state.policy, asked.draft.style
    if (
        style.mode not in policy.modes
        or style.size not in SIZES
        or not 0 <= style.color <= WHITE
        or (style.color != WHITE and not policy.colors)
        or (style.size != NORMAL and not policy.sizes)
    ):
        raise Coded(Code.STYLE_NOT_ALLOWED, "This room does not allow that style.")


def level_reached(asked: Asked) -> None:
    """Hold style and length to what the sender's credit allows; imports are others' words.

    Article: articles.Article.CREDIT_LEVELS
    """
    level, style = asked.level, asked.draft.style
    if asked.imported:
        return
    if len(asked.text) > level.text_max:
        raise Coded(Code.LEVEL_TOO_LOW, f"On your level at most {level.text_max} characters.")
    if (
        style.mode not in level.modes
        or (style.color != WHITE and not level.colors)
        or (style.size != NORMAL and not level.sizes)
    ):
        raise Coded(Code.LEVEL_TOO_LOW, "This style begins on a higher level.")


def functions_kept(asked: Asked) -> None:
    """Hold the style to what measures have left the sender."""
    style, lost = asked.draft.style, asked.lost
    if not lost:
        return
    wanted = {
        Function.COLORS: style.color != WHITE,
        Function.MODES: style.mode is not Mode.SCROLL,
        Function.SIZES: style.size != NORMAL,
    }
    for function, is_wanted in wanted.items():
        if is_wanted and function in lost:
            text = "This function has been taken from you."
            raise Coded(Code.STYLE_NOT_ALLOWED, text, until_ms=lost[function])


def position_known(asked: Asked) -> None:
    """Put the comment on the media clock: the server's while a broadcast runs.

    Neither review nor the commit moves it: it is the time of receipt, less the broadcast's start
    and what the player says it lags behind.
    """
    draft, broadcast = asked.draft, asked.room.state.broadcast
    if broadcast is not None and asked.room.state.is_broadcasting and not asked.imported:
        asked.position_ms = _on_air(asked, broadcast)
        return
    if not 0 <= draft.position_ms <= POSITION_MAX_MS:
        raise Coded(Code.BAD_POSITION, "The position lies outside the video.")
    asked.position_ms = draft.position_ms


def _on_air(asked: Asked, broadcast: Broadcast) -> int:
    latency_ms = asked.draft.latency_ms
    if not 0 <= latency_ms <= LATENCY_MAX_MS:
        raise Coded(Code.BAD_POSITION, "The stated latency is out of range.")
    position_ms = asked.now_ms - broadcast.started_ms - latency_ms
    return max(0, min(position_ms, POSITION_MAX_MS))


def burst(asked: Asked) -> None:
    """Take a token from the sender's bucket, before anything costs more."""
    if not asked.imported:
        asked.buckets.take(asked.author.account, asked.now_ms)


def turn(asked: Asked) -> None:
    """Slow mode and repeats, and a gap for new accounts that come many at a time; not for hosts.

    Article: articles.Article.NO_HIRED_POSTERS
    """
    if asked.imported or asked.is_host:
        return
    author = asked.author
    account, since_ms = author.account, author.since_ms
    own_gap_ms = max(
        asked.level.gap_ms,
        LIMITED_GAP_MS if Function.RATE in asked.lost else 0,
        asked.room.newcomer_gap_ms(account, asked.now_ms, since_ms=since_ms),
    )
    asked.room.slow.take_turn(account, asked.now_ms, own_gap_ms=own_gap_ms)
    skeleton = scanned_of(asked.text).skeleton
    if not asked.room.note_text(account, skeleton, asked.now_ms):
        asked.room.slow.give_back(account)
        raise Coded(Code.DUPLICATE, "You have just said that.")
    if not asked.room.is_new(skeleton):
        asked.room.slow.give_back(account)
        raise Coded(Code.DUPLICATE, "Somebody has said that here already: say something new.")


Phase = Callable[[Asked], None]

GATES: tuple[Phase, ...] = (
    room_open,
    no_emergency,
    signed_in,
    not_stopped,
    ready,
    heard_here,
    text_bounds,
    style_allowed,
    level_reached,
    functions_kept,
    position_known,
)
LIMITS: tuple[Phase, ...] = (burst, turn)
PHASES: tuple[Phase, ...] = GATES + LIMITS


def admit(asked: Asked, *, again: bool = False) -> Judgement:
    """Decide a draft.

    Args:
        asked: The draft and all that it is judged by.
        again: The room or the sender has changed since it was decided; its turn is taken already.

    Raises:
        Refused: The first phase's answer that is not yes; limits keep what they noted.
    """
    for phase in GATES if again else PHASES:
        phase(asked)
    return judge(asked)


def judge(asked: Asked) -> Judgement:
    """The last phase: the filter's word and the room's review mode, as a fact."""
    look = asked.look(asked.text)
    findings = look.findings
    draft, author = asked.draft, asked.author
    said = Content(asked.text, draft.style, asked.position_ms, author.name)
    content = as_shown(said, findings)
    verdict = verdict_of(look, asked.text)
    if findings.action is Action.REFUSE:
        return CommentRefused(
            actor=None,
            author=author.account,
            client_id=draft.client_id,
            at_ms=asked.now_ms,
            content=content,
            verdict=verdict,
            category=findings.category or REVIEW_CATEGORY,
        )
    if (category := _reason_to_wait(asked, findings)) is not None:
        return CommentHeld(
            author=author.account,
            client_id=draft.client_id,
            at_ms=asked.now_ms,
            content=content,
            verdict=verdict,
            category=category,
        )
    published = CommentPublished(
        actor=author.account,
        author=author.account,
        client_id=draft.client_id,
        at_ms=asked.now_ms,
        content=content,
        verdict=verdict,
        imported=asked.imported,
    )
    cluster = _cluster_of(asked)
    return published if cluster is None else withheld(published, FLOOD_CATEGORY, cluster)


def _reason_to_wait(asked: Asked, findings: Findings) -> str | None:
    """The category under which a person has to look first; None: nobody has to."""
    if findings.action is Action.HOLD:
        return findings.category or REVIEW_CATEGORY
    if asked.mode not in APPEARS_BY_ITSELF:
        return REVIEW_CATEGORY
    return None


def _cluster_of(asked: Asked) -> str | None:
    """The campaign that a comment is part of; what a host says calls others to join in.

    Article: articles.Article.NO_HIRED_POSTERS
    """
    if asked.imported:
        return None
    author, scanned = asked.author, scanned_of(asked.text)
    if asked.is_host:
        asked.room.call(scanned.key, asked.now_ms)
        return None
    return asked.room.cluster_of(author.account, scanned, asked.now_ms, since_ms=author.since_ms)


def withheld(judgement: CommentPublished, category: str, by: str) -> CommentHeld:
    """What would have been published, held because somebody besides the filter objects.

    The verdict stays the filter's own; a hit over the whole text says who objects.

    Args:
        judgement: Of a comment that has just come in.
        category: Why it is held.
        by: What the verdict names as the rule.
    """
    verdict, content = judgement.verdict, judgement.content
    length = len(content.text)  # masked or not: a mask keeps the length
    hit = Hit(by, category, Action.HOLD.value, 0, length)
    return CommentHeld(
        author=judgement.author,
        client_id=judgement.client_id,
        at_ms=judgement.at_ms,
        content=content,
        verdict=replace(verdict, hits=(*verdict.hits, hit)),
        category=category,
    )


def said_by_rules(verdict: Verdict) -> tuple[Action, str | None]:
    """Action and category of a verdict without what a room's own list or a model has added.

    Nor does it hold what `withheld` has: that is graver than the verdict itself.
    """
    added, gravest_weight = (ROOM_CATEGORY, LEARNED_CATEGORY), Action(verdict.action).weight
    hits = [
        hit
        for hit in verdict.hits
        if hit.category not in added and Action(hit.action).weight <= gravest_weight
    ]
    if len(hits) == len(verdict.hits):
        return Action(verdict.action), verdict.category
    gravest = max(hits, key=lambda hit: Action(hit.action).weight, default=None)
    return (Action.PASS, None) if gravest is None else (Action(gravest.action), gravest.category)
