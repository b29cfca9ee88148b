"""Signed questions to services outside, over HTTP; an answer counts for its one question alone.

Both sides hold one key. A question is signed with its time, an answer with the signature of its
question, so an answer that is forged, late, or was given to another question is none. How a
service reads and answers stands in docs/filter.md and docs/identity.md.
"""

import asyncio
import hmac
from pathlib import Path
from typing import Final

import httpx

from danmaku.ports import Clock

TIME_HEADER: Final = "Danmaku-Time"
SIGNATURE_HEADER: Final = "Danmaku-Signature"

KEY_BYTES_MIN: Final = 32
ANSWER_BYTES_MAX: Final = 4096
RUNNING_MAX: Final = 100  # questions on their way; what comes on top is refused at once


class NoAnswerError(Exception):
    """No answer that counts. The one word says why: late, busy, error, unsigned or unknown."""


def question_signature(key: bytes, time: str, body: bytes) -> str:
    """What a question is signed with; `time` as in its header."""
    return hmac.digest(key, b"question\n%s\n%s" % (time.encode(), body), "sha256").hex()


def answer_signature(key: bytes, question: str, body: bytes) -> str:
    """What the answer to a question with this signature is signed with: good for that one alone."""
    return hmac.digest(key, b"answer\n%s\n%s" % (question.encode(), body), "sha256").hex()


def key_in(path: Path) -> bytes:
    """The key in a file.

    Raises:
        OSError: It cannot be read.
    """
    return path.read_bytes().strip()


class Webhook:
    """One service.

    Args:
        url: Where it is asked.
        key: What both sides sign with.
        millis_max: A later answer is none, milliseconds.

    Raises:
        ValueError: The key is too short.
    """

    def __init__(self, url: str, key: bytes, *, millis_max: int, clock: Clock) -> None:
        if len(key) < KEY_BYTES_MIN:
            raise ValueError(f"The key for {url} has fewer than {KEY_BYTES_MIN} bytes.")
        self._url = url
        self._key = key
        self._seconds_max = millis_max / 1000
        self._clock = clock
        self._running_count = 0
        self._client = httpx.AsyncClient(  # nosec B113
            timeout=None,  # noqa: S113 -- one deadline for the whole question, not for each step
            trust_env=False,
            limits=httpx.Limits(max_connections=RUNNING_MAX),
        )

    async def ask(self, question: bytes) -> bytes:
        """Put one question, and wait no longer than its time.

        Raises:
            NoAnswerError: See there.
        """
        if self._running_count >= RUNNING_MAX:
            raise NoAnswerError("busy")
        self._running_count += 1
        try:
            async with asyncio.timeout(self._seconds_max):
                return await self._ask(question)
        except TimeoutError:
            raise NoAnswerError("late") from None
        except (httpx.HTTPError, OSError):
            raise NoAnswerError("error") from None
        finally:
            self._running_count -= 1

    async def _ask(self, question: bytes) -> bytes:
        time = str(self._clock())
        signature = question_signature(self._key, time, question)
        headers = {
            "Accept-Encoding": "identity",  # a short body may not grow in our hands
            "Content-Type": "application/json",
            TIME_HEADER: time,
            SIGNATURE_HEADER: signature,
        }
        async with self._client.stream(
            "POST", self._url, content=question, headers=headers
        ) as response:
            if response.status_code != httpx.codes.OK:
                raise NoAnswerError("error")
            body = await _short_body(response)
            said = response.headers.get(SIGNATURE_HEADER, "").encode()
        if not hmac.compare_digest(said, answer_signature(self._key, signature, body).encode()):
            raise NoAnswerError("unsigned")
        return body

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()


async def _short_body(response: httpx.Response) -> bytes:
    body = b""
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            raise NoAnswerError("unknown")
    return body
