"""Whoever tries numbers learns neither from words nor from time whether somebody has them."""

from contextlib import asynccontextmanager
from random import Random
from statistics import NormalDist, median
from time import perf_counter

import pytest

from danmaku.actions.proofs import Services
from danmaku.actions.verifiers import Verifiers
from danmaku.actions.webhooks import Webhook
from danmaku.config import IdentitySettings
from danmaku.domain.times import DAY_MS
from danmaku.errors import Coded, DanmakuError
from tests.services import KEY, Verifying, serving
from tests.unit.actions.house import house_on

KNOWN = ("110101199003070118", "+8613800138000")
UNKNOWN = ("110101199003070142", "+8613800138001")
NEARLY_S, CHANCE = 0.001, 0.01
WARM, ROUNDS_MAX = 5, 3


@asynccontextmanager
async def asked_house(folder, service):
    async with serving(service.app) as url:

        def services(clock):
            hooks = (Webhook(f"{url}/ask", KEY, millis_max=30_000, clock=clock) for _ in range(2))
            return Services(Verifiers(*hooks), ())

        identity = IdentitySettings(accounts_of_one_max=1)
        async with house_on(folder, services=services, identity=identity) as house:
            yield house


async def answer_to(trial):
    """What is said, and how long it took."""
    began_s, said = perf_counter(), "done"
    try:
        await trial
    except DanmakuError as error:
        said = f"{error.code} {error}"
    return said, perf_counter() - began_s


def chance_of(first, second):
    """Mann-Whitney: how likely as different an order is where there is no difference."""
    ranked = sorted([(took, 0) for took in first] + [(took, 1) for took in second])
    rank_sum = sum(at for at, (_, which) in enumerate(ranked, 1) if which == 0)
    n, m = len(first), len(second)
    wins = rank_sum - n * (n + 1) / 2
    deviation = (n * m * (n + m + 1) / 12) ** 0.5
    return 2 * NormalDist().cdf(-abs(wins - n * m / 2) / deviation)


def is_alike(known, unknown):
    difference_s = abs(median(known) - median(unknown))
    chance = chance_of(known, unknown)
    print(f"difference {difference_s * 1000:.3f} ms, p {chance:.3f}")  # noqa: T201 -- for a failure
    return chance > CHANCE or difference_s < NEARLY_S


TRIES = [60, pytest.param(500, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])]


async def verified(house, service, login):
    who = await house.person(login)
    await house.proofs.identities.confirm_document(who, "王小明", KNOWN[0])
    other = await house.person(f"{login}.phone")
    await house.proofs.identities.send_code(other, KNOWN[1])
    await house.proofs.identities.confirm_code(other, service.asked[-1]["code"])


async def tried(house, tries, trial_of):
    """Tries the known and the unknown, now one first and now the other; answers and times."""
    said, took_s, chance = {}, {0: [], 1: []}, Random(tries)  # noqa: S311 -- only an order
    for _ in range(WARM + tries):
        for which in chance.sample((0, 1), 2):
            house.clock.now_ms += DAY_MS  # nobody has tried too often
            words, seconds = await answer_to(trial_of(which))
            said.setdefault(words, set()).add(which)
            took_s[which].append(seconds)
    assert [*said.values()] == [{0, 1}]
    return took_s[0][WARM:], took_s[1][WARM:]


async def assert_alike(house, tries, trial_of):
    """What somebody could learn by shows in every round; what a busy machine does, in one."""
    for _ in range(ROUNDS_MAX):
        if is_alike(*await tried(house, tries, trial_of)):
            return
    pytest.fail("they differ every time")


@pytest.mark.parametrize("tries", TRIES)
async def test_a_document_of_somebody_known_is_refused_as_any_other(tmp_path, tries):
    service = Verifying()
    async with asked_house(tmp_path, service) as house:
        await verified(house, service, "bob")
        eve = await house.person("eve")
        service.answer = lambda _: b'{"match":false}'
        identities = house.proofs.identities

        await assert_alike(
            house,
            tries,
            lambda which: identities.confirm_document(eve, "李雷", (KNOWN, UNKNOWN)[which][0]),
        )


@pytest.mark.parametrize("tries", TRIES)
async def test_a_phone_of_somebody_known_gets_its_code_as_any_other(tmp_path, tries):
    service = Verifying()
    async with asked_house(tmp_path, service) as house:
        await verified(house, service, "bob")
        eve = await house.person("eve")
        identities = house.proofs.identities

        await assert_alike(
            house,
            tries,
            lambda which: identities.send_code(eve, (KNOWN, UNKNOWN)[which][1]),
        )


async def test_only_who_proves_to_be_somebody_is_told_that_they_are_known(tmp_path):
    service = Verifying()
    async with asked_house(tmp_path, service) as house:
        await verified(house, service, "bob")
        eve = await house.person("eve")

        with pytest.raises(Coded, match="as many accounts"):
            await house.proofs.identities.confirm_document(eve, "王小明", KNOWN[0])
