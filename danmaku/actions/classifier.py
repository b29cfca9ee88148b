"""A classifier outside the house, asked over signed HTTP about comments that would be published.

Fails closed: whatever is not a signed "pass" within its time holds the comment. How it is asked and
must answer stands in docs/filter.md.
"""

import asyncio
import hmac
from pathlib import Path
from time import perf_counter
from typing import Final, Literal, Self

import httpx
import msgspec
import structlog

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

TIME_HEADER: Final = "Danmaku-Time"
SIGNATURE_HEADER: Final = "Danmaku-Signature"

KEY_BYTES_MIN: Final = 32
ANSWER_BYTES_MAX: Final = 4096
RUNNING_MAX: Final = 100  # questions on their way; what comes on top is held at once


class _Question(msgspec.Struct):
    room: RoomId
    text: str


class _Answer(msgspec.Struct):
    action: Literal["pass", "hold"]
    category: str | None = None


_ANSWER = msgspec.json.Decoder(_Answer)


class _InvalidError(Exception):
    """The answer does not count; the word says why."""


def question_signature(key: bytes, time: str, body: bytes) -> str:
    """What a question is signed with; `time` as in its header."""
    return hmac.digest(key, b"question\n%s\n%s" % (time.encode(), body), "sha256").hex()


def answer_signature(key: bytes, question: str, body: bytes) -> str:
    """What the answer to a question with this signature is signed with: good for that one alone."""
    return hmac.digest(key, b"answer\n%s\n%s" % (question.encode(), body), "sha256").hex()


class Classifier:
    """The classifier of a house.

    Article: articles.Article.REVIEW_BEFORE_PUBLICATION

    Args:
        url: Where it is asked.
        key: What both sides sign with.
        millis_max: A later answer is none, milliseconds.

    Raises:
        ValueError: The key is too short.
    """

    def __init__(
        self, url: str, key: bytes, *, millis_max: int, clock: Clock, telemetry: Telemetry
    ) -> None:
        if len(key) < KEY_BYTES_MIN:
            raise ValueError(f"The classifier's key has fewer than {KEY_BYTES_MIN} bytes.")
        self._url = url
        self._key = key
        self._seconds_max = millis_max / 1000
        self._clock = clock
        self._telemetry = telemetry
        self._running_count = 0
        self._client = httpx.AsyncClient(
            timeout=None,  # noqa: S113 -- one deadline for the whole question, not for each step
            trust_env=False,
            limits=httpx.Limits(max_connections=RUNNING_MAX),
        )

    @classmethod
    def chosen(cls, settings: FilterSettings, clock: Clock, telemetry: Telemetry) -> Self | None:
        """The classifier of the settings; None: they name none.

        Raises:
            OSError, ValueError: The key cannot be read, or is too short.
        """
        if settings.classifier_url is None or settings.classifier_key_file is None:
            return None
        return cls(
            settings.classifier_url,
            _key_in(settings.classifier_key_file),
            millis_max=settings.classifier_ms_max,
            clock=clock,
            telemetry=telemetry,
        )

    async def objection(self, room: RoomId, text: str) -> str | None:
        """Ask about one text; never raises, and waits no longer than its time.

        Returns:
            The category that the comment is to be held for; None: it may be published.
        """
        if self._running_count >= RUNNING_MAX:
            return self._fault("busy")
        self._running_count += 1
        began = perf_counter()
        try:
            async with asyncio.timeout(self._seconds_max):
                answer = await self._ask(room, text)
        except TimeoutError:
            return self._fault("late")
        except _InvalidError as error:
            return self._fault(str(error))
        except (httpx.HTTPError, OSError):
            return self._fault("error")
        except Exception:
            log.exception("classifier_failed")
            return self._fault("error")
        finally:
            self._running_count -= 1
            self._telemetry.classifier_seconds.observe(perf_counter() - began)
        self._telemetry.classifier_answers.labels(answer.action).inc()
        return None if answer.action == "pass" else answer.category

    def _fault(self, answer: str) -> str:
        self._telemetry.classifier_answers.labels(answer).inc()
        log.warning("classifier_fault", reason=answer)
        return CLASSIFIER_FAULT

    async def _ask(self, room: RoomId, text: str) -> _Answer:
        question = msgspec.json.encode(_Question(room, text))
        time = str(self._clock())
        signature = question_signature(self._key, time, question)
        headers = {
            "Content-Type": "application/json",
            TIME_HEADER: time,
            SIGNATURE_HEADER: signature,
        }
        async with self._client.stream(
            "POST", self._url, content=question, headers=headers
        ) as response:
            if response.status_code != httpx.codes.OK:
                raise _InvalidError("error")
            body = await _short_body(response)
            said = response.headers.get(SIGNATURE_HEADER, "").encode()
        if not hmac.compare_digest(said, answer_signature(self._key, signature, body).encode()):
            raise _InvalidError("unsigned")
        return _read(body)

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()


def _read(body: bytes) -> _Answer:
    try:
        answer = _ANSWER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _InvalidError("unknown") from None
    if answer.action == "hold" and answer.category not in CATEGORIES:
        raise _InvalidError("unknown")
    return answer


async def _short_body(response: httpx.Response) -> bytes:
    body = b""
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            raise _InvalidError("unknown")
    return body


def _key_in(path: Path) -> bytes:
    return path.read_bytes().strip()
