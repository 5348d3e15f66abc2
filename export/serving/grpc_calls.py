"""What every gRPC call goes through."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import grpc

from export.serving.access import Access
from export.serving.metrics import Metrics
from export.serving.status import ServingError, Status


class Calls:
    """What every call has in common: access, failures as statuses, counting.

    Args:
        access: Who may ask.
        metrics: Counts calls.
    """

    def __init__(self, access: Access, metrics: Metrics) -> None:
        self._access = access
        self._metrics = metrics

    async def __call__(
        self,
        method: str,
        context: grpc.aio.ServicerContext,
        answer: Callable[[], Awaitable[Any]],
    ) -> Any:
        """Answers one call.

        Args:
            method: What it is counted as.
            context: Of the call.
            answer: Makes the response.
        """
        started, status = time.perf_counter(), "OK"
        try:
            metadata = dict(context.invocation_metadata() or ())
            self._access.check(str(metadata.get("authorization", "")))
            return await answer()
        except ServingError as error:
            status = error.status.code
            await context.abort(error.status.grpc, str(error))
        except asyncio.CancelledError:
            status = Status.CANCELLED.code
            raise
        except Exception:
            status = Status.INTERNAL.code
            raise
        finally:
            seconds = time.perf_counter() - started
            self._metrics.request("grpc", method, status, seconds)
