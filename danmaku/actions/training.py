"""The test that who decides cases has to pass: issued, taken, renewed.

Article: articles.Article.REVIEW_TEAM
"""

from collections.abc import Sequence
from dataclasses import dataclass

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.team_book import TeamBook
from danmaku.domain.account import Power, Standing
from danmaku.domain.grants import require
from danmaku.domain.ids import PLATFORM, AccountId, Millis
from danmaku.domain.team_facts import QuestionsIssued, TrainingTaken
from danmaku.domain.training import (
    QuestionSet,
    Result,
    Trained,
    checked,
    judged,
    require_again,
    require_trained,
)
from danmaku.errors import BadMessage, NotFound
from danmaku.ports import Append, Clock, Record


@dataclass(frozen=True, slots=True)
class Taken:
    """A test that was taken; the record of having passed holds until `until_ms`, if it does."""

    result: Result
    until_ms: Millis | None


class Training:
    """See the module.

    Args:
        valid_ms: How long a record of having passed holds.
    """

    def __init__(
        self, record: Record, book: TeamBook, *, freshen: Freshen, clock: Clock, valid_ms: int
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._book = book
        self._clock = clock
        self._valid_ms = valid_ms

    async def questions(self, who: Standing | None) -> QuestionSet:
        """What is asked now.

        Raises:
            NotSignedIn, NotAllowed: `who` decides no cases, so that nothing is asked of them.
            NotFound: Nothing was ever issued.
        """
        require(who, Power.CASE_DECIDE, None, self._clock())
        return await self._newest()

    async def _newest(self) -> QuestionSet:
        questions = await self._book.questions()
        if questions is None:
            raise NotFound("No questions have been issued.")
        return questions

    async def standing_of(self, account: AccountId) -> Trained:
        """How somebody stands with the test."""
        return await self._book.trained(account)

    async def require(self, account: AccountId) -> None:
        """Let only the trained go on, once there is a test.

        Raises:
            Coded: TRAINING_REQUIRED.
        """
        require_trained(await self._book.trained(account), self._clock())

    async def require_of_staff(self, who: Standing) -> None:
        """Let whoever decides cases on the platform go on only if trained.

        Who keeps a room alone is asked no questions, and so is not in the way of this.

        Raises:
            Coded: TRAINING_REQUIRED.
        """
        now_ms = self._clock()  # grants, not `may`: a token for one room is no way round
        if any(one.carries(Power.CASE_DECIDE, None, now_ms) for one in who.grants):
            await self.require(who.account)

    def require_issuer(self, who: Standing | None) -> None:
        """Let only an editor look what is wrong with a file of questions.

        Raises:
            NotSignedIn, NotAllowed: `who` issues no documents.
        """
        require(who, Power.DOCUMENT_ISSUE, None, self._clock())

    async def issue(self, who: Standing | None, questions: QuestionSet) -> int:
        """Bring a version of the test out; its number comes back.

        Records of having passed an earlier one hold until their own time is over.

        Args:
            who: Who answers for it; None is the operator at the command line.
            questions: What is asked. Its version is not looked at: it is the next.

        Raises:
            NotSignedIn, NotAllowed: `who` issues no documents.
            BadMessage: Something in it is out of bounds.
        """
        checked(questions)

        async def decide(asker: Standing | None) -> list[Append]:
            actor = None
            if asker is not None:
                actor = require(asker, Power.DOCUMENT_ISSUE, None, self._clock()).account
            known = await self._book.questions()
            version = 1 if known is None else known.version + 1
            percent, asked = questions.pass_percent, questions.questions
            return [Append(PLATFORM, QuestionsIssued(version, percent, actor, asked))]

        entries = await self._decisions.carry(who, decide)
        return next(one.fact.version for one in entries if isinstance(one.fact, QuestionsIssued))

    async def take(self, who: Standing | None, version: int, answers: Sequence[int]) -> Taken:
        """Take the test, or take it again before one's record is over.

        Raises:
            NotSignedIn, NotAllowed, NotFound: As `questions`.
            BadMessage: Other questions are asked by now, or not all were answered.
            Coded: OWN_LIMIT: one has failed it a moment ago.
        """
        results: list[Result] = []

        async def decide(asker: Standing | None) -> list[Append]:
            person = require(asker, Power.CASE_DECIDE, None, self._clock())
            questions, now_ms = await self._newest(), self._clock()
            if questions.version != version:
                raise BadMessage("Other questions are asked by now: load them again.")
            require_again(await self._book.trained(person.account), now_ms)
            results[:] = [result := judged(questions, answers)]
            until_ms = Millis(now_ms + self._valid_ms) if result.has_passed else None
            counts = (result.right_count, result.asked_count)
            return [Append(PLATFORM, TrainingTaken(person.account, version, *counts, until_ms))]

        entries = await self._decisions.carry(who, decide)
        [taken] = [one.fact for one in entries if isinstance(one.fact, TrainingTaken)]
        return Taken(results[0], taken.until_ms)
