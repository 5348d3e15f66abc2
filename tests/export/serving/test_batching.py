import asyncio
import contextlib
import threading

import numpy as np
import pytest

from export.serving.batching import Batcher
from export.serving.metrics import Metrics
from export.serving.settings import BatchingSettings
from export.serving.status import ServingError, Status


class Signature:
    def __init__(self, joinable):
        self.joinable = joinable


class Doubling:
    """A version that notes what it is asked, and waits for `gate`."""

    def __init__(self, factor=2, *, joinable=True):
        self.signatures = {name: Signature(joinable) for name in ("a", "b")}
        self.factor = factor
        self.begun, self.asked = 0, []
        self.gate = threading.Event()
        self.gate.set()

    def run(self, signature, inputs):
        self.begun += 1
        self.gate.wait(10)
        self.asked.append((signature, inputs["x"].ravel().tolist()))
        if (inputs["x"] < 0).any():
            raise ServingError(Status.INVALID_ARGUMENT, "negative")
        return {"y": self.factor * inputs["x"]}

    @contextlib.contextmanager
    def used(self):
        yield self


def batched(asked, seconds=20, threads=1, **settings):
    """Runs `asked(ask)` with a batcher."""
    chosen = BatchingSettings(num_batch_threads=threads, **settings)

    async def run():
        batcher = Batcher(chosen, Metrics())

        def ask(servable, *values, signature="a"):
            x = np.array(values, np.float32)[:, None]
            run = batcher.run(servable, signature, {"x": x}, seconds)
            return asyncio.ensure_future(run)

        try:
            return await asyncio.wait_for(asked(ask), 20)
        finally:
            await batcher.close()

    return asyncio.run(run())


def values(answer):
    return answer["y"].ravel().tolist()


async def begun(model, count):
    """Waits for so many runs to begin, less long than the gate stays shut."""
    for _ in range(5000):
        if model.begun >= count:
            return
        await asyncio.sleep(0.001)
    raise TimeoutError(f"{model.begun} runs begun, not {count}")


def test_requests_that_wait_together_run_together_and_get_their_own_rows():
    model = Doubling()

    async def asked(ask):
        return await asyncio.gather(ask(model, 1), ask(model, 2, 3), ask(model, 4))

    assert [values(a) for a in batched(asked)] == [[2], [4, 6], [8]]
    assert model.asked == [("a", [1, 2, 3, 4])]


def test_signatures_and_versions_are_not_mixed():
    old, new = Doubling(2), Doubling(3)

    async def asked(ask):
        return await asyncio.gather(
            ask(old, 1),
            ask(new, 1),
            ask(old, 5, signature="b"),
            ask(old, 2),
            ask(new, 2),
        )

    assert [values(a) for a in batched(asked)] == [[2], [3], [10], [4], [6]]
    assert sorted(old.asked) == [("a", [1, 2]), ("b", [5])]
    assert new.asked == [("a", [1, 2])]


def test_a_large_request_is_split_and_a_small_one_does_not_pass_the_limit():
    model = Doubling()

    async def asked(ask):
        return await asyncio.gather(ask(model, *range(7)), ask(model, 7, 8))

    found = batched(asked, max_execution_batch_size=3)
    assert [values(a) for a in found] == [[*range(0, 14, 2)], [14, 16]]
    assert [len(x) for _, x in model.asked] == [3, 3, 3]


def test_a_bad_request_does_not_spoil_the_others():
    model = Doubling()

    async def asked(ask):
        return await asyncio.gather(
            ask(model, 1), ask(model, -1), ask(model, 3), return_exceptions=True
        )

    first, bad, last = batched(asked)
    assert (values(first), values(last)) == ([2], [6])
    assert isinstance(bad, ServingError)
    assert [x for _, x in model.asked] == [[1, -1, 3, 1], [1], [-1], [3]]


def test_it_waits_for_others_as_long_as_told():
    model = Doubling()

    async def asked(ask):
        first = ask(model, 1)
        await asyncio.sleep(0.05)
        return await asyncio.gather(first, ask(model, 2))

    batched(asked, batch_timeout_micros=300_000)
    assert [x for _, x in model.asked] == [[1, 2]]
    model.asked.clear()
    batched(asked)
    assert [x for _, x in model.asked] == [[1], [2]]


def test_a_full_batch_does_not_wait():
    model = Doubling()

    async def asked(ask):
        return await asyncio.gather(*(ask(model, i) for i in range(4)))

    batched(asked, batch_timeout_micros=60_000_000, max_execution_batch_size=2)
    assert [x for _, x in model.asked] == [[0, 1], [2, 3]]


def test_batches_are_padded_to_allowed_sizes():
    model = Doubling()

    async def asked(ask):
        return await ask(model, 5, 6, 7)

    found = batched(asked, allowed_batch_sizes=(2, 5), max_execution_batch_size=5)
    assert values(found) == [10, 12, 14]
    assert model.asked == [("a", [5, 6, 7, 5, 5])]


def test_a_queue_that_is_full_refuses():
    model = Doubling()
    model.gate.clear()

    async def asked(ask):
        first = ask(model, 0)
        await asyncio.sleep(0.05)
        waiting = [ask(model, 1), ask(model, 2)]
        await asyncio.sleep(0)
        with pytest.raises(ServingError) as error:
            await ask(model, 3)
        assert error.value.status is Status.UNAVAILABLE
        model.gate.set()
        return await asyncio.gather(first, *waiting)

    found = batched(asked, max_enqueued_batches=1, max_execution_batch_size=2)
    assert [values(a) for a in found] == [[0], [2], [4]]


def test_who_went_away_is_not_run():
    model = Doubling()
    model.gate.clear()

    async def asked(ask):
        first = ask(model, 0)
        await asyncio.sleep(0.05)
        gone, stays = ask(model, 1), ask(model, 2)
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        model.gate.set()
        return await asyncio.gather(first, stays)

    batched(asked)
    assert [x for _, x in model.asked] == [[0], [2]]


@pytest.mark.parametrize(
    ("joinable", "settings"), [(False, {}), (True, {"enable_batching": False})]
)
def test_requests_run_alone_where_they_must_or_are_told_to(joinable, settings):
    model = Doubling(joinable=joinable)

    async def asked(ask):
        return await asyncio.gather(ask(model, 1), ask(model, 2))

    batched(asked, **settings)
    assert [x for _, x in model.asked] == [[1], [2]]


def test_a_request_of_no_rows_is_answered():
    model = Doubling()

    async def asked(ask):
        return await ask(model)

    x = batched(asked, allowed_batch_sizes=(64,))["y"]
    assert len(x) == 0


def test_a_request_that_takes_too_long_is_told_so_and_those_that_wait_are_not_run():
    model = Doubling()
    model.gate.clear()

    async def asked(ask):
        late = [ask(model, 0)]
        await asyncio.sleep(0.02)
        late += [ask(model, 1), ask(model, 2)]
        found = await asyncio.gather(*late, return_exceptions=True)
        model.gate.set()
        return found

    found = batched(asked, seconds=0.1)
    assert [error.status for error in found] == [Status.DEADLINE_EXCEEDED] * 3
    assert [x for _, x in model.asked] == [[0]]


def test_sizes_that_are_run_are_the_powers_of_two_unless_told():
    model = Doubling()

    async def asked(ask):
        return await asyncio.gather(ask(model, 1, 2), ask(model, 3))

    assert [values(a) for a in batched(asked)] == [[2, 4], [6]]
    assert model.asked == [("a", [1, 2, 3, 1])]


@pytest.mark.parametrize(("more", "beside"), [((2, 3), False), ((2, 3, 4, 5), True)])
def test_a_batch_runs_beside_another_when_it_is_four_times_as_large(more, beside):
    model = Doubling()
    model.gate.clear()

    async def asked(ask):
        answers = [ask(model, 1)]
        await begun(model, 1)
        answers += [ask(model, value) for value in more]
        # Time enough to begin, were it allowed.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(begun(model, 2), 0.3)
        seen = model.begun
        model.gate.set()
        await asyncio.gather(*answers)
        return seen

    assert batched(asked, threads=2) == 1 + beside
    assert sorted(model.asked) == [("a", [1]), ("a", list(more))]


@pytest.mark.parametrize(
    ("signature", "later", "most"), [("b", (4,), 64), ("a", (3, 4, 5, 6), 4)]
)
def test_neither_another_signature_nor_a_full_batch_waits(signature, later, most):
    model = Doubling()
    model.gate.clear()

    async def asked(ask):
        answers = [ask(model, 1, 2)]
        await begun(model, 1)
        answers.append(ask(model, *later, signature=signature))
        await begun(model, 2)
        model.gate.set()
        await asyncio.gather(*answers)

    batched(asked, threads=2, max_execution_batch_size=most)
    assert sorted(model.asked) == [("a", [1, 2]), (signature, list(later))]
