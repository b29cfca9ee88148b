"""The driver's process: `python -m bench.driver`, an order as one line of JSON on standard input.

It connects the viewers, sends the plan, waits for the last entry to arrive, reads the record and
judges. Everything it has to say goes to standard output, one JSON object a line; whoever started it
measures the server between the lines `load begins` and `load ends`.
"""

import asyncio
import gc
import os
import resource
import sys
from random import Random

import msgspec
import uvloop

from bench.checker import Run, check, counts_of
from bench.client import Door
from bench.crowd import Crowd, Seat
from bench.latency import end_to_end
from bench.messages import KINDS
from bench.record import read_record
from bench.scenario import Scenario
from bench.senders import Senders, plan_of

SETTLING_S = 10.0
FINDINGS_SHOWN = 20
_TICK_S = 0.25


class Order(msgspec.Struct, frozen=True):
    """What one driver is to do.

    Attributes:
        core: Processor to stay on; None: wherever the system likes.
        tokens: One for each sender.
    """

    address: str
    room: str
    scenario: Scenario
    tokens: list[str]
    seed: int
    core: int | None = None


class Result(msgspec.Struct, frozen=True):
    """What came of it.

    Attributes:
        answers: How many sends got which last answer: an op, or the code of a refusal.
        deliveries: Comments times viewers who got them.
        frames: Batches times viewers.
        frame_bytes: Mean payload of a batch on the wire.
        end_to_end: The histogram of microseconds, HDR-encoded.
        broken: Laws that did not hold, and how often.
        findings: The first few of them in full.
        lost: Connections that the server let down.
    """

    sent: int
    answers: dict[str, int]
    deliveries: int
    frames: int
    frame_bytes: float
    end_to_end: str
    broken: dict[str, int]
    findings: list[str]
    lost: list[str]


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the driver."""

    at: str
    sent: int = 0
    deliveries: int = 0
    result: Result | None = None


def say(said: Said) -> None:
    """Tell whoever started the driver."""
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


async def drive(order: Order) -> Result:
    """Carry out an order from the first connection to the verdict."""
    scenario, senders = order.scenario, Senders()
    crowd = Crowd(senders.hear)
    await crowd.take_seats(_viewers_of(order))
    sending = await crowd.take_seats(
        [Door(order.address, order.room, token=token) for token in order.tokens]
    )
    gc.collect()
    gc.freeze()  # what lives now lives to the end
    gc.disable()  # and what comes holds no cycles: the collector would only look at it again
    say(Said("load begins"))
    await _load(scenario, Random(order.seed), senders, crowd, sending)
    say(Said("load ends", sent=len(senders.sends), deliveries=_deliveries_of(crowd)))
    await _settle(senders, crowd)
    record = await read_record(order.address, order.room)
    viewers = {f"viewer {n}": seat.events for n, seat in enumerate(crowd.seats)}
    crowd.leave()
    findings = check(Run(record, viewers, list(senders.sends.values())))
    return Result(
        sent=len(senders.sends),
        answers=_answers_of(senders),
        deliveries=_deliveries_of(crowd),
        frames=(frames := sum(len(d.at_ns) for d in crowd.deliveries)),
        frame_bytes=sum(len(d.at_ns) * d.bytes_count for d in crowd.deliveries) / max(1, frames),
        end_to_end=end_to_end(crowd.deliveries, senders.due_ns).encode().decode(),
        broken=counts_of(findings),
        findings=[f"{f.law}: {f.where}: {f.what}" for f in findings[:FINDINGS_SHOWN]],
        lost=crowd.lost,
    )


async def _load(
    scenario: Scenario, random: Random, senders: Senders, crowd: Crowd, seats: list[Seat]
) -> None:
    telling = asyncio.create_task(_tell(senders, crowd), name="progress")
    if scenario.comments_per_s > 0:
        planned = plan_of(
            random,
            per_s=scenario.comments_per_s,
            seconds=scenario.seconds,
            senders=scenario.senders,
            text=scenario.text,
        )
        await senders.run(planned, seats)
    else:
        await asyncio.sleep(scenario.seconds)
    telling.cancel()


async def _tell(senders: Senders, crowd: Crowd) -> None:
    while True:
        await asyncio.sleep(_TICK_S)
        say(Said("progress", sent=len(senders.sends), deliveries=_deliveries_of(crowd)))


async def _settle(senders: Senders, crowd: Crowd) -> None:
    """Wait until every send is answered and every viewer has what was announced.

    Whoever is still behind after `SETTLING_S` is for the checker to name.
    """

    def is_settled() -> bool:
        return senders.answered_count == len(senders.sends) and all(
            seat.position >= senders.top for seat in crowd.seats
        )

    for _ in range(round(SETTLING_S / _TICK_S)):
        if is_settled():
            return
        await asyncio.sleep(_TICK_S)


def _viewers_of(order: Order) -> list[Door]:
    return [
        Door(order.address, order.room, KINDS[kind])
        for kind, count in order.scenario.viewers.items()
        for _ in range(count)
    ]


def _deliveries_of(crowd: Crowd) -> int:
    return sum(
        len(delivery.at_ns) * sum(entry["kind"] == "comment" for entry in delivery.batch.entries)
        for delivery in crowd.deliveries
    )


def _answers_of(senders: Senders) -> dict[str, int]:
    last = [
        (send.answers[-1].code or send.answers[-1].op) if send.answers else "none"
        for send in senders.sends.values()
    ]
    return {answer: last.count(answer) for answer in sorted(set(last))}


def main() -> None:
    """Read the order, carry it out, say the result."""
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    if order.core is not None:
        os.sched_setaffinity(0, {order.core})
    _, files_max = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files_max, files_max))
    result = uvloop.run(drive(order))
    say(Said("done", result=result))


if __name__ == "__main__":
    main()
