"""The learned stage: a model's word on comments that the rules let pass, off by default.

Where it may hold, the rules ask it in the end (`judge`); where it is only tried, it hears of a
comment when everybody does, after the commit (`apply`), and counts. The roof chooses which.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from danmaku.actions.file_changes import FileChanges
from danmaku.actions.shadow import Heard, new_comment
from danmaku.domain.facts import Entry
from danmaku.filter.findings import Findings
from danmaku.filter.learned import Band, Model, Opinion, letters_of
from danmaku.filter.model_file import MODEL_BYTES_MAX, ModelError, unpack_model
from danmaku.filter.normalize import Scanned
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
    """

    def __init__(self, model: Model, telemetry: Telemetry) -> None:
        self._model = model
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

    def judge(self, findings: Findings, scanned: Scanned) -> Findings:
        """Where it may hold: what rules and model find together.

        The caller makes a fault of whatever is raised or takes too long (see `Rules.look`).
        """
        if findings.action is not Action.PASS:
            return findings
        opinion = self._counted(scanned.key)
        return self._model.held(findings, scanned.text, opinion)

    def _counted(self, letters: str) -> Opinion:
        try:
            opinion = self._model.linear.opinion(letters)
        except Exception:
            self._counts[FAULT].inc()
            raise
        self._counts[opinion.band].inc()
        return opinion

    def apply(self, entries: Sequence[Entry]) -> None:
        """Where it is only tried: hear of a commit; never raises.

        Cost: a scan of each new comment.
        """
        for entry in entries:
            heard = new_comment(entry)
            if heard is None or heard.verdict.action != Action.PASS:
                continue
            try:
                opinion = self._counted(letters_of(heard.text))
            except Exception:
                if self._may_tell():
                    log.exception("learned_fault", version=self.version)
            else:
                self._note(heard, opinion)

    def _note(self, heard: Heard, opinion: Opinion) -> None:
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

    async def follow(self, path: Path, *, every_ms: int) -> None:
        """Put on the model of a file whenever it changes, until cancelled.

        A file that is wrong or gone is told and counted, and the model stays.
        """
        changes = FileChanges(path)
        while True:
            await asyncio.sleep(every_ms / 1000)
            await self.look_at(changes)

    async def look_at(self, changes: FileChanges) -> None:
        """Look at the file once; whatever goes wrong, the model stays."""
        try:
            if not await changes.has_settled():
                return
            model = await asyncio.to_thread(model_in, changes.path)
        except (OSError, ModelError) as error:
            log.error("model_not_read", reason=str(error))  # noqa: TRY400 -- no defect of ours
            self._telemetry.rules_refused.inc()
            return
        except Exception:
            log.exception("model_watch_failed")  # a defect of ours must not end the server
            self._telemetry.rules_refused.inc()
            changes.tell_again()
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
