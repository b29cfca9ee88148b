"""The learned stage: a model's word on comments that the rules let pass, off by default.

Where it may hold, it stands after the rules (`over`); where it is only tried, it hears of a comment
when everybody does, after the commit (`apply`), and counts. The roof chooses one of the two.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from time import thread_time_ns
from typing import Final

import structlog

from danmaku.actions.file_changes import FileChanges
from danmaku.actions.shadow import Heard, new_comment
from danmaku.domain.admission import Look
from danmaku.domain.facts import Entry
from danmaku.filter.findings import Findings
from danmaku.filter.learned import Band, Model, Opinion
from danmaku.filter.model_file import MODEL_BYTES_MAX, ModelError, unpack_model
from danmaku.filter.rules import Action
from danmaku.telemetry import Telemetry

log = structlog.get_logger(__name__)

LINES_MAX: Final = 200  # log lines of one model that only counts; the rest is in the metric
FAULT: Final = "fault"


class Learned:
    """A model at work.

    Article: articles.Article.REVIEW_BEFORE_PUBLICATION

    Args:
        model: The one to begin with.
        micros_max: Rules and model together may take so long, microseconds of the thread's time.
    """

    def __init__(self, model: Model, *, micros_max: int, telemetry: Telemetry) -> None:
        self._model = model
        self._micros_max = micros_max
        self._telemetry = telemetry
        looks = telemetry.learned_looks
        self._counts = {one: looks.labels(one) for one in (*Band, FAULT)}
        self._lines_left = LINES_MAX

    @property
    def version(self) -> str:
        """Version of the model that is asked."""
        return self._model.version

    def put_on(self, model: Model) -> None:
        """Ask this model from now on."""
        self._model = model
        self._lines_left = LINES_MAX

    # --- where it may hold

    def over(self, look: Callable[[str], Look]) -> Callable[[str], Look]:
        """The looks of the rules, and of the model where they find nothing.

        Fails closed: a comment that could not be scored is held.
        """

        def look_twice(text: str) -> Look:
            first = look(text)
            return first if first.findings.action is not Action.PASS else self._look(first, text)

        return look_twice

    def _look(self, first: Look, text: str) -> Look:
        model, findings = self._model, first.findings
        began_ns = thread_time_ns()
        try:
            opinion = model.linear.opinion(text)
        except Exception:
            log.exception("learned_fault", version=model.version)
            self._counts[FAULT].inc()
            return Look(Findings.fault(findings.ruleset), first.micros)
        micros = first.micros + (thread_time_ns() - began_ns) // 1000
        if micros > self._micros_max:
            log.error("learned_overrun", version=model.version, micros=micros)
            self._counts[FAULT].inc()
            return Look(Findings.fault(findings.ruleset), micros)
        self._counts[opinion.band].inc()
        return Look(model.held(findings, text, opinion), micros)

    # --- where it is only tried

    def apply(self, entries: Sequence[Entry]) -> None:
        """Hear of a commit; never raises. Cost: a scan of each new comment."""
        for entry in entries:
            heard = new_comment(entry)
            if heard is None or heard.verdict.action != Action.PASS:
                continue
            try:
                opinion = self._model.linear.opinion(heard.text)
            except Exception:
                self._counts[FAULT].inc()
                if self._may_tell():
                    log.exception("learned_fault", version=self.version)
            else:
                self._note(heard, opinion)

    def _note(self, heard: Heard, opinion: Opinion) -> None:
        self._counts[opinion.band].inc()
        if opinion.band is not Band.PASS and self._may_tell():
            log.info(
                "learned_suspects",
                version=self.version,
                code=opinion.band.value,
                room=heard.room,
                number=heard.comment.number,
                seq=heard.comment.origin,
            )

    def _may_tell(self) -> bool:
        self._lines_left -= 1
        return self._lines_left >= 0

    # --- its file

    async def follow(self, path: Path, *, every_ms: int) -> None:
        """Put on the model of a file whenever it changes, until cancelled.

        A file that is wrong or gone is told and counted, and the model stays.
        """
        changes = FileChanges(path)
        while True:
            await asyncio.sleep(every_ms / 1000)
            await self.look_at(changes)

    async def look_at(self, changes: FileChanges) -> None:
        """Look at the file once."""
        if not await changes.has_settled():
            return
        try:
            model = await asyncio.to_thread(model_in, changes.path)
        except (OSError, ModelError) as error:
            log.error("model_not_read", reason=str(error))  # noqa: TRY400 -- no defect of ours
            self._telemetry.rules_refused.inc()
            return
        if model.version != self.version:
            self.put_on(model)
            log.info("model_put_on", version=model.version)


def model_in(path: Path) -> Model:
    """Read a model.

    Raises:
        ModelError: It cannot be used; the file is named.
        OSError: It cannot be read.
    """
    with path.open("rb") as stream:
        packed = stream.read(MODEL_BYTES_MAX + 1)
    try:
        return unpack_model(packed)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from error
