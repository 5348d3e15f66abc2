"""Work in threads, awaited in an event loop by futures that may be done before it."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from export.serving.status import ServingError, Status


class Threads:
    """Runs what would hold up the event loop.

    Args:
        count: Threads, at least 1.
    """

    def __init__(self, count: int) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="batch")

    def start(self, work: Callable[[], Any]) -> asyncio.Future:
        """What `work` returns or raises.

        Unlike the future of `run_in_executor`, this one may be given another answer
        while the work runs; work that nobody waits for any more is not begun.
        """
        loop = asyncio.get_running_loop()
        future = loop.create_future()

        def begin() -> Any:
            return None if future.done() else work()

        def end(running: Future) -> None:
            # The loop may have ended, if nobody waits any more.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(
                    lambda: give(future, running.exception() or running.result())
                )

        self._pool.submit(begin).add_done_callback(end)
        return future

    def close(self) -> None:
        """Ends the threads, once what runs has run."""
        self._pool.shutdown()


def give(future: asyncio.Future, answer: Any) -> None:
    """Gives a future its answer or its exception, unless it is done."""
    if future.done():
        return
    if isinstance(answer, BaseException):
        future.set_exception(answer)
    else:
        future.set_result(answer)


def expire(futures: Sequence[asyncio.Future], seconds: float) -> None:
    """Tells those that wait still that their time is over."""
    for future in futures:
        message = f"No answer within {seconds} s"
        give(future, ServingError(Status.DEADLINE_EXCEEDED, message))
