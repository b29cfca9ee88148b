"""Passwords: argon2 on a few threads, with a bounded queue before them.

A storm of sign-ins costs neither memory nor the event loop: whoever finds the queue full is sent
away at once.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from danmaku.config import AccountSettings
from danmaku.errors import BadMessage, Overloaded

PASSWORD_MAX = 256  # code points
T = TypeVar("T")


class Passwords:
    """Hashes passwords, and holds them against hashes."""

    def __init__(self, settings: AccountSettings) -> None:
        self._length_min = settings.password_length_min
        self._waiting_max = settings.hashing_queue_max + settings.hashing_threads
        self._waiting_count = 0  # being hashed, or waiting for it
        self._threads = ThreadPoolExecutor(settings.hashing_threads, "passwords")
        self._hasher = PasswordHasher()

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def check(self, password: str) -> None:
        """Hold a new password to its bounds.

        Raises:
            BadMessage: It is too short or too long.
        """
        if not self._length_min <= len(password) <= PASSWORD_MAX:
            raise BadMessage(f"A password has {self._length_min} to {PASSWORD_MAX} characters.")

    async def hash(self, password: str) -> str:
        """What is kept of a new password.

        Raises:
            BadMessage: It is too short or too long.
            Overloaded: Too many wait already.
        """
        self.check(password)
        return await self._run(self._hasher.hash, password)

    async def is_right(self, password: str, hashed: str | None) -> bool:
        """Whether a password belongs to a hash: never to None, but to say so takes as long.

        Raises:
            Overloaded: Too many wait already.
        """
        if len(password) > PASSWORD_MAX:
            return False
        return await self._run(self._fits, hashed, password)

    def _fits(self, hashed: str | None, password: str) -> bool:
        if hashed is None:
            self._hasher.hash(password)  # as much work as verifying
            return False
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., T], *args: str | None) -> T:
        if self._waiting_count >= self._waiting_max:
            raise Overloaded("Too many sign-ins at once; try again in a moment.")
        self._waiting_count += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        finally:
            self._waiting_count -= 1
