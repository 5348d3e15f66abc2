import asyncio
import threading

import pytest

from export.serving.status import ServingError, Status
from export.serving.threads import Threads, expire, give


def played(story):
    """Runs `story(threads)` with one thread."""

    async def run():
        threads = Threads(1)
        try:
            return await asyncio.wait_for(story(threads), 20)
        finally:
            threads.close()

    return asyncio.run(run())


def test_work_gives_what_it_returns_or_raises():
    async def story(threads):
        assert await threads.start(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            await threads.start(lambda: 1 / 0)

    played(story)


def test_an_answer_in_time_is_not_replaced_by_that_of_the_work():
    gate = threading.Event()

    async def story(threads):
        late = threads.start(lambda: gate.wait(10) and "late")
        expire([late], 0.5)
        gate.set()
        with pytest.raises(ServingError, match=r"within 0\.5 s") as refusal:
            await late
        assert refusal.value.status is Status.DEADLINE_EXCEEDED
        # The thread is free again, and nothing came of the late answer.
        assert await threads.start(lambda: "next") == "next"

    played(story)


def test_work_that_nobody_waits_for_is_not_begun():
    gate, begun = threading.Event(), []

    async def story(threads):
        first = threads.start(lambda: gate.wait(10))
        left = threads.start(lambda: begun.append("left"))
        left.cancel()
        gate.set()
        await first
        await threads.start(lambda: begun.append("last"))

    played(story)
    assert begun == ["last"]


def test_what_is_done_stays_as_it_is():
    async def story(_):
        future = asyncio.get_running_loop().create_future()
        give(future, 1)
        give(future, 2)
        expire([future], 3)
        return await future

    assert played(story) == 1
