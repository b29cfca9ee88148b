"""Judges a run: what viewers received and what senders were told, against the record.

Pure: values in, findings out, so that its tests can plant every fault that it exists to find. It
trusts nobody but the record, and the record only as far as its own laws go; that the record is what
was hashed and signed is for `danmaku verify` to say.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import cast

Fields = dict[str, object]
"""One message or entry, as docs/protocol.md names its fields."""

STICKY = frozenset({"recall", "restore", "room"})
NUMBERED = frozenset({"comment", "marker"})
UNDECIDED = frozenset({"unknown", "draining", "overloaded", "store_unavailable", "internal"})
"""Refusals after which the same send may succeed, or may have."""


class Law(StrEnum):
    """What no run may break."""

    SEEN_NOT_RECORDED = "seen but not recorded"
    RECORDED_NOT_SEEN = "recorded but not seen"
    LEFT_OUT_TOO_MANY = "more comments said to be left out than were"
    LEFT_OUT_UNEVENLY = "left out for one, and shown live to another"
    RECALL_MISSED = "recall, restore or room change missed"
    ORDER = "out of order"
    HOLE = "hole between two batches"
    DOUBLE = "delivered twice"
    BEHIND = "not at the top in the end"
    CONTENT = "another content at the same seq"
    NEVER_SENT = "recorded but never sent"
    ACKED_NOT_RECORDED = "acknowledged but not recorded"
    TWO_ANSWERS = "two answers to one client id"
    RECORDED_TWICE = "one send recorded twice"
    REFUSED_BUT_RECORDED = "refused but recorded"
    REAL_TIME = "acknowledged before the other was sent, but recorded after it"
    UNANSWERED = "never answered"
    LATE = "answered too late"
    EPOCH = "another life of the record, though nothing was restored or nobody was told"
    SHOWN_AFTER_RECALL = "shown after its recall was acknowledged"
    NUMBERS = "numbers of the record have gaps"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken law: where, and what was seen there."""

    law: Law
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A viewer (re)joined.

    Attributes:
        since: None: it asked for the tail only.
        epoch: Which life of the record it was told of; None: nobody noted it.
    """

    since: int | None
    top: int
    epoch: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """The range (after, upto] and what came of it; `left_out` comments of it did not.

    Many viewers of one process share the batch that they received as the same bytes; it is then
    looked into once.
    """

    after: int
    upto: int
    entries: tuple[Fields, ...]
    skipped: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Own:
    """A comment of the viewer's own that the batch to come leaves out."""

    entry: Fields


@dataclass(frozen=True, slots=True)
class Reset:
    """The server could not serve the position; the viewer goes on from `top`."""

    top: int


Event = Joined | Batch | Own | Reset


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sender was told: `published`, `held` or `refused`."""

    op: str
    at_ns: int
    number: int | None = None
    seq: int | None = None
    code: str | None = None


@dataclass(slots=True)
class Send:
    """One comment as its sender knows it. Its text occurs in no other send of the run."""

    client_id: str
    text: str
    sent_ns: int
    answers: list[Answer] = field(default_factory=list)

    @property
    def published(self) -> Answer | None:
        """The first answer that says so."""
        return next((answer for answer in self.answers if answer.op == "published"), None)


@dataclass(frozen=True, slots=True)
class Record:
    """A room's public entries as they are shown now, by seq."""

    entries: Mapping[int, Fields]

    @classmethod
    def of(cls, entries: Iterable[Fields]) -> "Record":
        """Order entries by their seq."""
        return cls({cast("int", entry["seq"]): entry for entry in entries})


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that is known of one room's run.

    Attributes:
        sends: All of them, or None where others wrote to the room too.
        settled: Whether viewers had time to reach the top, and senders to hear an answer.
        answer_ns_max: How long any answer may take; None: no promise holds for this run.
        restores: How often the record was put back from a backup in the course of it.
    """

    record: Record
    viewers: Mapping[str, Sequence[Event]]
    sends: Sequence[Send] | None = None
    settled: bool = True
    answer_ns_max: int | None = None
    restores: int = 0


def check(run: Run) -> list[Finding]:
    """Every law that the run broke; empty is what a run must give."""
    look = _Look(run.record)
    for name, events in run.viewers.items():
        look.follow(name, events, settled=run.settled)
    findings = [*look.findings, *_judge_numbers(run.record), *_judge_epochs(run)]
    if run.sends is not None:
        findings += _judge_sends(run.record, run.sends, settled=run.settled)
        findings += _judge_haste(run.sends, run.answer_ns_max)
    return findings


def counts_of(findings: Iterable[Finding]) -> dict[str, int]:
    """How often each law was broken; laws that held are left out."""
    counts: dict[str, int] = defaultdict(int)
    for finding in findings:
        counts[finding.law.value] += 1
    return dict(counts)


class _Look:
    """One pass over all viewers; each distinct batch is looked into once."""

    def __init__(self, record: Record) -> None:
        self.findings: list[Finding] = []
        self._record = record
        self._seqs = sorted(record.entries)
        self._recalled = _last_recalls(record)
        self._first: dict[int, Fields] = {}  # what anybody saw first at a seq, text included
        self._judged: set[int] = set()  # id() of batches; the run holds them alive
        self._is_chosen: dict[int, bool] = {}  # whether thinned batches show this comment

    def follow(self, viewer: str, events: Sequence[Event], *, settled: bool) -> None:
        position: int | None = None
        for event in events:
            match event:
                case Joined(since=since, top=top):
                    position = top if since is None else since
                case Reset(top=top):
                    position = top
                case Own(entry=entry):
                    self._compare(f"{viewer}, own", cast("int", entry["seq"]), entry)
                case Batch():
                    position = self._advance(viewer, position, event)
        if settled and position is not None and self._seqs and position < self._seqs[-1]:
            self._find(Law.BEHIND, viewer, f"at {position} of {self._seqs[-1]}")

    def _advance(self, viewer: str, position: int | None, batch: Batch) -> int:
        where = f"{viewer} ({batch.after}, {batch.upto}]"
        if position is None or batch.after > position:
            self._find(Law.HOLE, where, f"position was {position}")
        elif batch.after < position:
            self._find(Law.DOUBLE, where, f"position was {position}")
        if id(batch) not in self._judged:
            self._judged.add(id(batch))
            self._judge(where, batch)
        return max(batch.upto, position or 0)

    def _judge(self, where: str, batch: Batch) -> None:
        seqs = [cast("int", entry["seq"]) for entry in batch.entries]
        places = [batch.after, *seqs, batch.upto]
        if any(b <= a for a, b in pairwise(places[:-1])) or places[-2] > batch.upto:
            self._find(Law.ORDER, where, f"seqs {seqs}")
        for seq, entry in zip(seqs, batch.entries, strict=True):
            self._compare(where, seq, entry)
        self._judge_completeness(where, batch, set(seqs))

    def _compare(self, where: str, seq: int, entry: Fields) -> None:
        recorded = self._record.entries.get(seq)
        if recorded is None and self._is_overtaken(seq, entry):
            recorded = entry
        if recorded is None or not _same_kind(entry, recorded):
            self._find(Law.SEEN_NOT_RECORDED, where, f"{entry} at {seq}, recorded: {recorded}")
            return
        unlike = not _agree(entry, recorded) or not _agree(entry, self._first.get(seq, entry))
        if unlike or (entry.get("restored") and entry["number"] not in self._recalled):
            self._find(Law.CONTENT, where, f"{entry} at {seq}, recorded: {recorded}")
        if entry["kind"] != "marker":
            self._first.setdefault(seq, entry)

    def _is_overtaken(self, seq: int, entry: Fields) -> bool:
        """Whether a restore was undone later: the record then shows only the recall.

        One that was undone before it went out went out as a marker.
        """
        is_restore = entry["kind"] in {"restore", "marker"}
        return is_restore and seq < self._recalled.get(entry["number"], 0)

    def _judge_completeness(self, where: str, batch: Batch, seen: set[int]) -> None:
        missing = [s for s in _between(self._seqs, batch.after, batch.upto) if s not in seen]
        sticky = [s for s in missing if self._record.entries[s]["kind"] in STICKY]
        for seq in sticky:
            self._find(Law.RECALL_MISSED, where, f"{self._record.entries[seq]}")
        if batch.skipped:
            return
        unsaid = len(missing) - len(sticky) - batch.left_out
        if unsaid > 0:
            for seq in missing:
                if seq not in sticky:
                    self._find(Law.RECORDED_NOT_SEEN, where, f"{self._record.entries[seq]}")
        elif unsaid < 0:
            self._find(Law.LEFT_OUT_TOO_MANY, where, f"{batch.left_out}, {-unsaid} too many")
        if batch.left_out:
            self._judge_choice(where, batch, missing)

    def _judge_choice(self, where: str, batch: Batch, missing: list[int]) -> None:
        """Batches are thinned for all alike; whoever catches up is sent everything."""
        shown = [cast("int", e["seq"]) for e in batch.entries if e["kind"] == "comment"]
        for seqs, is_shown in ((shown, True), (missing, False)):
            for seq in seqs:
                if self._is_chosen.setdefault(seq, is_shown) is not is_shown:
                    self._find(Law.LEFT_OUT_UNEVENLY, where, f"{seq}")

    def _find(self, law: Law, where: str, what: str) -> None:
        self.findings.append(Finding(law, where, what))


def _judge_epochs(run: Run) -> list[Finding]:
    """A life begins with a restore alone, and no position of another one is gone on from."""
    epochs: set[str] = set()
    findings = []
    for name, events in run.viewers.items():
        known: str | None = None
        is_lost = False  # its position is of another life
        for event in events:
            if isinstance(event, Joined) and event.epoch is not None:
                epochs.add(event.epoch)
                is_lost = known not in {None, event.epoch} and event.since is not None
                known = event.epoch
            elif isinstance(event, Reset):
                is_lost = False
            elif isinstance(event, Batch) and is_lost:
                findings.append(Finding(Law.EPOCH, name, f"({event.after}, {event.upto}]"))
    if len(epochs) > 1 + run.restores:
        findings.append(Finding(Law.EPOCH, "all viewers", f"{sorted(epochs)}"))
    return findings


def _judge_haste(sends: Sequence[Send], answer_ns_max: int | None) -> list[Finding]:
    if answer_ns_max is None:
        return []
    waits = [(send, send.answers[0].at_ns - send.sent_ns) for send in sends if send.answers]
    return [
        Finding(Law.LATE, send.client_id, f"{wait_ns / 1e6:.0f} ms")
        for send, wait_ns in waits
        if wait_ns > answer_ns_max
    ]


def _last_recalls(record: Record) -> dict[object, int]:
    """Seq of the newest recall of each number."""
    return {
        entry["number"]: seq
        for seq, entry in sorted(record.entries.items())
        if entry["kind"] == "recall"
    }


def _between(ordered: list[int], after: int, upto: int) -> list[int]:
    low = bisect_right(ordered, after)
    return ordered[low : bisect_right(ordered, upto)]


def _same_kind(seen: Fields, recorded: Fields) -> bool:
    """Whether both can be one entry: a comment turns into its marker, and may turn back."""
    kinds = {seen["kind"], recorded["kind"]}
    return len(kinds) == 1 or kinds == NUMBERED


def _agree(one: Fields, other: Fields) -> bool:
    """Whether two forms of one entry contradict each other.

    A marker lacks the text, and a recall's category may be corrected by a later recall of the same
    comment, so these compare by number alone. A comment bears the mark of its return only since.
    """
    if one["kind"] == other["kind"] and one["kind"] not in {"recall", "marker"}:
        return _without_mark(one) == _without_mark(other)
    return one.get("number") == other.get("number")


def _without_mark(entry: Fields) -> Fields:
    return {name: value for name, value in entry.items() if name != "restored"}


def _judge_numbers(record: Record) -> list[Finding]:
    numbers = [
        entry["number"] for _, entry in sorted(record.entries.items()) if entry["kind"] in NUMBERED
    ]
    if numbers == list(range(1, len(numbers) + 1)):
        return []
    return [Finding(Law.NUMBERS, "record", f"{numbers}")]


def _judge_sends(record: Record, sends: Sequence[Send], *, settled: bool) -> list[Finding]:
    placed: dict[str, list[int]] = defaultdict(list)
    for seq, entry in record.entries.items():
        if entry["kind"] == "comment":
            placed[cast("str", entry["text"])].append(seq)
    texts = {send.text for send in sends}
    findings = [
        Finding(Law.NEVER_SENT, f"seq {seqs[0]}", text)
        for text, seqs in placed.items()
        if text not in texts
    ]
    for send in sends:
        findings += _judge_send(record, send, placed.get(send.text, []), settled=settled)
    return findings + _judge_real_time(sends)


def _judge_send(record: Record, send: Send, seqs: list[int], *, settled: bool) -> list[Finding]:
    broken: list[tuple[Law, str]] = []
    final = {(a.op, a.seq, a.number) for a in send.answers if a.op != "refused"}
    if len(final) > 1:
        broken.append((Law.TWO_ANSWERS, f"{final}"))
    if len(seqs) > 1:
        broken.append((Law.RECORDED_TWICE, f"at {seqs}"))
    if (answer := send.published) is not None and not _stands(record, send, answer):
        broken.append((Law.ACKED_NOT_RECORDED, f"{answer}"))
    if seqs and send.answers and all(_is_definite(answer) for answer in send.answers):
        broken.append((Law.REFUSED_BUT_RECORDED, f"{send.answers} at {seqs}"))
    if settled and not send.answers:
        broken.append((Law.UNANSWERED, send.text))
    return [Finding(law, send.client_id, what) for law, what in broken]


def _stands(record: Record, send: Send, answer: Answer) -> bool:
    entry = record.entries.get(answer.seq or 0)
    if entry is None or entry.get("number") != answer.number or entry["kind"] not in NUMBERED:
        return False
    return entry["kind"] == "marker" or entry["text"] == send.text


def _is_definite(answer: Answer) -> bool:
    return answer.op == "refused" and answer.code not in UNDECIDED


def _judge_real_time(sends: Sequence[Send]) -> list[Finding]:
    """An answer given before another send began promises the lower seq."""
    told = [(answer.at_ns, send, answer.seq) for send in sends if (answer := send.published)]
    moments = sorted(
        [(at_ns, 0, seq or 0, send.client_id) for at_ns, send, seq in told]
        + [(send.sent_ns, 1, seq or 0, send.client_id) for _, send, seq in told]
    )
    findings, highest = [], 0
    for _, begins, seq, client_id in moments:
        if begins and seq < highest:
            findings.append(Finding(Law.REAL_TIME, client_id, f"seq {seq} after {highest}"))
        elif not begins:
            highest = max(highest, seq)
    return findings
