"""A client in Python with one fault each, by the scene that names it."""

from dataclasses import dataclass, field
from itertools import count

from bench.checker import Batch, Reset
from bench.follower import Follower


@dataclass
class SaysMore(Follower):
    """Its hello has a field that the protocol does not have."""

    async def _stay(self):
        self.epoch = self.epoch or "e" * 65
        return await super()._stay()


class DiesOfTheUnknown(Follower):
    def _has_news(self, viewer):
        return bool(viewer.others) or super()._has_news(viewer)

    async def _settle(self, viewer):
        if any(message["op"] == "sparkle" for message in viewer.others):
            raise ConnectionError("sparkle")
        await super()._settle(viewer)


class ForgetsItsPosition(Follower):
    async def _welcomed(self, viewer):
        self.position = viewer.welcome["top"]
        await super()._welcomed(viewer)

    async def _stay(self):
        self.position = None
        return await super()._stay()


class TakesHoles(Follower):
    async def _takes(self, event, viewer):
        if isinstance(event, Batch):
            self.position = event.after
        return await super()._takes(event, viewer)


class LeavesWhatWasSkipped(Follower):
    async def _read_entries(self, after, upto):
        pass


class TakesWhatIsLeftOutForLost(Follower):
    async def _takes(self, event, viewer):
        if isinstance(event, Batch) and event.left_out:
            return False
        return await super()._takes(event, viewer)


class StaysWhereItWas(Follower):
    async def _takes(self, event, viewer):
        if isinstance(event, Reset):
            return True
        return await super()._takes(event, viewer)


class KeepsWhatWasRecalled(Follower):
    def _apply(self, entries):
        super()._apply([entry for entry in entries if entry["kind"] != "recall"])


@dataclass
class AsksUnderAnotherId(Follower):
    _fresh: count = field(default_factory=count)

    async def _welcomed(self, viewer):
        self._asked = {f"again-{next(self._fresh)}": one for one in self._asked.values()}
        await super()._welcomed(viewer)


class TakesUnknownForNo(Follower):
    async def _settle(self, viewer):
        for name, asked in list(self._asked.items()):
            if name in viewer.sends and viewer.sends[name].answers:
                del self._asked[name]
                asked.answer.set_result(viewer.sends[name].answers[-1])


class ComesBackForEver(Follower):
    async def _stay(self):
        _, bye = await super()._stay()
        return 1006, bye


class Hammers(Follower):
    def _wait_s(self, _attempts, _bye):
        return 0.0


FAULTS = [
    (SaysMore, "hello"),
    (DiesOfTheUnknown, "unknown.op"),
    (ForgetsItsPosition, "resume.position"),
    (TakesHoles, "resume.hole"),
    (LeavesWhatWasSkipped, "skipped.list"),
    (TakesWhatIsLeftOutForLost, "left_out.position"),
    (StaysWhereItWas, "reset.position"),
    (KeepsWhatWasRecalled, "recall.removes"),
    (AsksUnderAnotherId, "send.retry"),
    (TakesUnknownForNo, "send.unknown"),
    (ComesBackForEver, "close.4400"),
]
WAITED_FOR = ("close.backoff", "bye.range")
"""Scenes that find `Hammers`, and say nothing of whoever waits as long as is right."""
