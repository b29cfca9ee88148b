"""How far a whole record has come on its way from one place to another."""

from rich.progress import Progress, TaskID

from danmaku.store.backups import Stage
from danmaku.store.moving import Carried
from danmaku.store.verify import Progress as Walked
from danmaku.store.verify import Sound


class Way:
    """Shows the steps that it is told, a bar for each kind, and counts."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self.rows_count = 0
        self.chains_count = 0

    def tell(self, step: Carried | Stage | Walked | Sound) -> None:
        """Show one step."""
        match step:
            case Carried():
                self.rows_count = step.rows_count
                self._show("copying", "rows", step.rows_count, step.rows_total)
            case Stage():
                self._show(step.verb, "bytes", step.bytes_count, step.bytes_total)
            case Walked():
                self._show("proving", step.chain, step.seq, step.top)
            case Sound():
                self.chains_count += 1
                self._show("proving", step.chain, step.entries_count, step.entries_count)

    def _show(self, verb: str, what: str, count: int, total: int) -> None:
        if verb not in self._tasks:
            self._tasks[verb] = self._bars.add_task(verb)
        words = f"{verb} {what}"
        self._bars.update(self._tasks[verb], description=words, completed=count, total=total)
