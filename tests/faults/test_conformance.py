"""Autobahn's cases, run by `kosoku`, against the gateway's own sockets."""

import pytest
from kosoku import FailureError, run_fuzzingclient

from tests.faults.echo import echoing

pytestmark = [
    pytest.mark.faults,
    # The judge leaves files open that it has read its cases' messages from.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SPOKEN = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.1.*", "9.7.*", "10.*"]
PACKED = ["12.1.*", "13.1.*"]
WAIVED = {"7.1.5"}  # why: docs/reliability.md


async def failed(cases):
    """How many cases were judged, and what was found of those that did not pass."""
    async with echoing() as address:
        try:
            results = await run_fuzzingclient(f"ws://{address}", cases=cases, concurrency=2)
        except FailureError as failure:
            results = failure.results
    found = {each.case_id: (each.result, each.result_close) for each in results if not each.passed}
    return len(results), found


@pytest.mark.parametrize(("cases", "count"), [(SPOKEN, 259), (PACKED, 36)], ids=["plain", "packed"])
async def test_sockets_keep_to_the_protocol(cases, count):
    judged, found = await failed(cases)

    assert judged == count
    assert found.keys() <= WAIVED, found


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_sockets_keep_to_the_whole_of_it():
    judged, found = await failed(["*"])

    assert judged == 517
    assert found.keys() <= WAIVED, found
