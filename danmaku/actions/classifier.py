"""A classifier outside the house, asked over signed HTTP about comments that would be published.

Fails closed: whatever is not a signed "pass" within its time holds the comment. How it is asked and
must answer stands in docs/filter.md.
"""

from time import perf_counter
from typing import Final, Literal, Self

import msgspec
import structlog

from danmaku.actions.webhooks import NoAnswerError, Webhook, key_in
from danmaku.config import FilterSettings
from danmaku.domain.categories import CATEGORIES
from danmaku.domain.ids import RoomId
from danmaku.ports import Clock
from danmaku.telemetry import Telemetry

log = structlog.get_logger(__name__)

RULE: Final = "classifier"
"""What a verdict names as the rule where the classifier objected."""

CLASSIFIER_FAULT: Final = "classifier_fault"
"""What a comment is held for when the classifier gave no valid answer."""


class _Question(msgspec.Struct):
    room: RoomId
    text: str


class _Answer(msgspec.Struct):
    action: Literal["pass", "hold"]
    category: str | None = None


_ANSWER = msgspec.json.Decoder(_Answer)


class Classifier:
    """The classifier of a house.

    Article: articles.Article.REVIEW_BEFORE_PUBLICATION

    Args:
        webhook: Where it is asked.
        telemetry: Where its answers are counted.
    """

    def __init__(self, webhook: Webhook, telemetry: Telemetry) -> None:
        self._webhook = webhook
        self._telemetry = telemetry

    @classmethod
    def chosen(cls, settings: FilterSettings, clock: Clock, telemetry: Telemetry) -> Self | None:
        """The classifier of the settings; None: they name none.

        Raises:
            OSError, ValueError: The key cannot be read, or is too short.
        """
        if settings.classifier_url is None or settings.classifier_key_file is None:
            return None
        webhook = Webhook(
            settings.classifier_url,
            key_in(settings.classifier_key_file),
            millis_max=settings.classifier_ms_max,
            clock=clock,
        )
        return cls(webhook, telemetry)

    async def objection(self, room: RoomId, text: str) -> str | None:
        """Ask about one text; never raises, and waits no longer than its time.

        Returns:
            The category that the comment is to be held for; None: it may be published.
        """
        began = perf_counter()
        try:
            question = msgspec.json.encode(_Question(room, text))
            answer = _read(await self._webhook.ask(question))
        except NoAnswerError as error:
            return self._fault(str(error))
        except Exception:
            log.exception("classifier_failed")
            return self._fault("error")
        finally:
            self._telemetry.classifier_seconds.observe(perf_counter() - began)
        self._telemetry.classifier_answers.labels(answer.action).inc()
        return None if answer.action == "pass" else answer.category

    def _fault(self, answer: str) -> str:
        self._telemetry.classifier_answers.labels(answer).inc()
        log.warning("classifier_fault", reason=answer)
        return CLASSIFIER_FAULT

    async def close(self) -> None:
        """Let the connections go."""
        await self._webhook.close()


def _read(body: bytes) -> _Answer:
    try:
        answer = _ANSWER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise NoAnswerError("unknown") from None
    if answer.action == "hold" and answer.category not in CATEGORIES:
        raise NoAnswerError("unknown")
    return answer
