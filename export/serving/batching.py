"""Dynamic batching: requests that wait together run together.

A batch holds requests of one signature of one version, never of two.
"""

import asyncio
import collections
import contextlib
import dataclasses
import functools

from export.serving.joint_run import answers, joined
from export.serving.metrics import Metrics
from export.serving.servable import Arrays, Servable
from export.serving.settings import BatchingSettings
from export.serving.status import ServingError, Status
from export.serving.threads import Threads, expire, give


@dataclasses.dataclass(eq=False)
class _Task:
    inputs: Arrays
    rows: int
    arrived: float
    done: asyncio.Future


_Key = tuple[Servable, str]
_LARGER = 4
"""Times the rows of a running batch that another beside it must have. Or every idle
thread takes the few rows that came last, and many small batches take the time that
reading requests needs; what is joined takes less time together (`warm.py`)."""


class Batcher:
    """Runs signatures in threads, several requests at once where they wait.

    Of one event loop; made and called within it.

    Args:
        settings: Sizes and times.
        metrics: Counts what is run.
    """

    def __init__(self, settings: BatchingSettings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._threads = Threads(settings.num_batch_threads)
        self._playing: dict[asyncio.Future, tuple[_Key, int]] = {}
        """What runs, and its number of rows."""
        self._queues: dict[_Key, collections.deque[_Task]] = {}

    async def run(
        self, servable: Servable, signature: str, inputs: Arrays, seconds: float
    ) -> Arrays:
        """Runs one request, and others with it.

        Args:
            servable: The version, held by the caller until this returns.
            signature: One of its signatures.
            inputs: What the signature takes, checked.
            seconds: Longest time [s].

        Returns:
            The outputs for the rows of this request.

        Raises:
            ServingError: If too many wait already, the graph refuses this request, or
                the time is over.
        """
        parts = self._started(servable, signature, inputs)
        # Futures and timers and no coroutines, which would cost a task a request.
        timer = asyncio.get_running_loop().call_later(seconds, expire, parts, seconds)
        try:
            if len(parts) == 1:
                return await parts[0]
            return joined(await asyncio.gather(*parts))
        finally:
            timer.cancel()

    def _started(
        self, servable: Servable, signature: str, inputs: Arrays
    ) -> list[asyncio.Future]:
        """The parts of one request, on their way."""
        settings = self._settings
        if not (settings.enable_batching and servable.signatures[signature].joinable):
            return [self._threads.start(lambda: servable.run(signature, inputs))]
        rows = len(next(iter(inputs.values())))
        most = settings.max_execution_batch_size
        pieces = [
            {name: array[start : start + most] for name, array in inputs.items()}
            for start in range(0, max(rows, 1), most)
        ]
        return self._enqueue(servable, signature, pieces)

    async def close(self) -> None:
        """Ends the threads, once what runs has run, asked for still or not."""
        while self._playing:
            await asyncio.wait(self._playing)
        self._threads.close()

    def _enqueue(
        self, servable: Servable, signature: str, pieces: list[Arrays]
    ) -> list[asyncio.Future]:
        loop = asyncio.get_running_loop()
        queue = self._queues.setdefault((servable, signature), collections.deque())
        settings = self._settings
        waiting = sum(task.rows for task in queue)
        if waiting >= settings.max_enqueued_batches * settings.max_execution_batch_size:
            raise ServingError(
                Status.UNAVAILABLE,
                "The batch scheduling queue to which this task was submitted is full",
            )
        tasks = [
            _Task(
                piece,
                len(next(iter(piece.values()))),
                loop.time(),
                loop.create_future(),
            )
            for piece in pieces
        ]
        queue.extend(tasks)
        # Those that arrive in the same turn of the loop are put together, too.
        loop.call_soon(self._pump)
        if settings.batch_timeout_micros:
            loop.call_later(settings.batch_timeout_micros / 1e6, self._pump)
        return [task.done for task in tasks]

    def _pump(self) -> None:
        """Starts batches while threads are idle, the longest waiting first."""
        while len(self._playing) < self._settings.num_batch_threads:
            ready = [key for key in self._queues if self._is_ready(key)]
            if not ready:
                return
            key = min(ready, key=lambda key: self._queues[key][0].arrived)
            batch = self._take(key)
            if batch:
                self._play(key, batch)

    def _is_ready(self, key: _Key) -> bool:
        queue = self._queues[key]
        while queue and queue[0].done.done():
            queue.popleft()
        if not queue:
            return False
        rows = sum(task.rows for task in queue)
        if rows >= self._settings.max_execution_batch_size:
            return True
        beside = [size for of, size in self._playing.values() if of == key]
        if rows < _LARGER * max(beside, default=0):
            return False
        waited = asyncio.get_running_loop().time() - queue[0].arrived
        return waited >= self._settings.batch_timeout_micros / 1e6

    def _take(self, key: _Key) -> list[_Task]:
        queue = self._queues[key]
        batch, rows = [], 0
        most = self._settings.max_execution_batch_size
        while queue and rows + queue[0].rows <= most:
            task = queue.popleft()
            if not task.done.done():
                batch.append(task)
                rows += task.rows
        if not queue:
            # Or an old version would be kept for its empty queue.
            del self._queues[key]
        return batch

    def _play(self, key: _Key, batch: list[_Task]) -> None:
        servable, signature = key
        rows = sum(task.rows for task in batch)
        self._metrics.batch(signature, rows)
        # Held for itself too: who asked may have gone away.
        held = contextlib.ExitStack()
        held.enter_context(servable.used())
        inputs = [task.inputs for task in batch]
        sizes = self._settings.batch_sizes
        playing = self._threads.start(
            functools.partial(answers, servable, signature, inputs, sizes)
        )
        self._playing[playing] = (key, rows)

        def played(playing: asyncio.Future) -> None:
            held.close()
            del self._playing[playing]
            error = playing.exception()
            answers = [error] * len(batch) if error else playing.result()
            for task, answer in zip(batch, answers, strict=True):
                give(task.done, answer)
            self._pump()

        playing.add_done_callback(played)
