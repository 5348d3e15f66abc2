"""The body of an HTTP request: not too long, not too slow, inflated."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from export.serving.limits import Inflater
from export.serving.settings import Limits
from export.serving.status import ServingError, Status


async def read_body(request: Request, limits: Limits) -> bytearray:
    """The body, inflated.

    Raises:
        ServingError: If it is too long, too slow, or not of the encoding it says, or
            the client goes away.
    """
    encoding = request.headers.get("content-encoding", "").strip().lower()
    inflater = Inflater(encoding, limits.max_body_bytes)
    try:
        return await asyncio.wait_for(
            _collect(request, inflater, limits.max_body_bytes), limits.request_seconds
        )
    except asyncio.TimeoutError as error:
        raise ServingError(
            Status.BODY_TOO_SLOW,
            f"The body did not arrive within {limits.request_seconds} s",
        ) from error
    except ClientDisconnect as error:
        raise ServingError(Status.CANCELLED, "The client went away") from error


async def _collect(request: Request, inflater: Inflater, most: int) -> bytearray:
    refused, received = None, 0
    async for piece in request.stream():
        received += len(piece)
        if refused is None:
            try:
                inflater.feed(piece)
            except ServingError as error:
                refused = error
        # A client that still sends would not see the answer: it is heard for a
        # while, and nothing of it kept.
        if refused is not None and received > 2 * most:
            break
    if refused is not None:
        raise refused
    return inflater.end()
