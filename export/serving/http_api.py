"""TensorFlow Serving's REST API as an ASGI application."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from export.serving import json_body, model_info, tensors_json
from export.serving.access import Access
from export.serving.examples_json import read_examples, write_classes
from export.serving.http_body import read_body
from export.serving.limits import check_json
from export.serving.metrics import CONTENT_TYPE, Metrics
from export.serving.prediction import Prediction
from export.serving.settings import Limits
from export.serving.status import ServingError, Status

_WHICH = r"(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
_MODEL = rf"/v1/models/(?P<name>[^/:]+){_WHICH}"
_ASK = re.compile(rf"(?i){_MODEL}:(?P<method>classify|regress|predict)")
_LOOK = re.compile(rf"(?i){_MODEL}(?:/(?P<method>metadata))?")
_MOST_VERSION = 2**63 - 1
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_IN_THREAD = 2**16
"""Bytes of JSON from which on it is read in a thread, so that others are heard."""

Handler = Callable[[Request], Awaitable[Response]]


class HttpApi:
    """Answers REST.

    Args:
        prediction: What is asked.
        limits: What a request may take.
        access: Who may ask.
        metrics: Counts requests, and is shown at `/monitoring/prometheus/metrics`.
    """

    def __init__(
        self, prediction: Prediction, limits: Limits, access: Access, metrics: Metrics
    ) -> None:
        self._prediction = prediction
        self._limits = limits
        self._access = access
        self._metrics = metrics
        self._under_way = 0
        self.stopping = False

    def application(self, cors_origins: tuple[str, ...] = ()) -> Starlette:
        """The ASGI application.

        Args:
            cors_origins: Origins whose pages may call it from a browser.
        """
        routes = [
            Route("/healthz", self._alive),
            Route("/readyz", self._ready),
            Route("/monitoring/prometheus/metrics", self._guarded(self._scrape)),
            Route("/{path:path}", self._guarded(self._answer), methods=_METHODS),
        ]
        cors = Middleware(
            CORSMiddleware,
            allow_origins=cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
        )
        return Starlette(routes=routes, middleware=[cors] if cors_origins else [])

    async def _alive(self, request: Request) -> Response:
        return _reply(b'{"alive": true}')

    async def _ready(self, request: Request) -> Response:
        ready = self._prediction.versions.ready and not self.stopping
        return _reply(
            b'{"ready": %s}' % (b"true" if ready else b"false"), 200 if ready else 503
        )

    async def _scrape(self, request: Request) -> Response:
        return Response(self._metrics.text(), media_type=CONTENT_TYPE)

    def _guarded(self, handler: Handler) -> Handler:
        """`handler` with the limits, and its failures as JSON."""

        async def guarded(request: Request) -> Response:
            started, method, status = time.perf_counter(), "other", "OK"
            self._under_way += 1
            try:
                self._access.check(request.headers.get("authorization", ""))
                if self._under_way > self._limits.max_requests:
                    raise ServingError(Status.UNAVAILABLE, "Too many requests at once")
                response = await handler(request)
            except ServingError as error:
                status = error.status.code
                response = _refusal(error)
            finally:
                self._under_way -= 1
            method = getattr(request.state, "method", method)
            self._metrics.request("rest", method, status, time.perf_counter() - started)
            return response

        return guarded

    async def _answer(self, request: Request) -> Response:
        path = request.scope["raw_path"].decode("latin-1")
        if not path.lower().startswith("/v1/"):
            raise ServingError(Status.NOT_FOUND, "Not found")
        pattern = {"POST": _ASK, "GET": _LOOK}.get(request.method)
        match = pattern.fullmatch(path) if pattern else None
        if match is None:
            raise ServingError(
                Status.INVALID_ARGUMENT, f"Malformed request: {request.method} {path}"
            )
        name, label = unquote(match["name"]), unquote(match["label"] or "")
        version = None if match["version"] is None else _version(match["version"])
        request.state.method = method = (match["method"] or "status").lower()
        if method == "status":
            found = model_info.status(self._prediction, name, version, label)
            return _json(model_info.as_json(found))
        servable = self._prediction.servable(name, version, label)
        if method == "metadata":
            return _json(model_info.metadata_json(self._prediction, servable))
        if method == "regress":
            raise ServingError(
                Status.UNIMPLEMENTED,
                "The model classifies; there is nothing to regress",
            )
        # The version is kept while the body comes in, however long that takes.
        with servable.used():
            body = await read_body(request, self._limits)
            ask = self._predict if method == "predict" else self._classify
            return _reply(await ask(servable, body))

    async def _predict(self, servable: Any, body: bytearray) -> bytes:
        def read() -> tuple[Any, ...]:
            asked = self._parse(body)
            signature = self._prediction.signature(
                servable, json_body.signature_name(asked), Status.INVALID_ARGUMENT
            )
            if json_body.is_row_form(asked):
                rows = tensors_json.read_rows(asked["instances"], signature.dtypes)
                return signature, rows, True
            columns = tensors_json.read_columns(asked["inputs"], signature.dtypes)
            return signature, columns, False

        signature, inputs, row_form = await _off_loop(read, len(body))
        outputs = await self._prediction.predict(servable, signature, inputs)
        return tensors_json.write(outputs, row_form=row_form)

    async def _classify(self, servable: Any, body: bytearray) -> bytes:
        def read() -> tuple[str, list[bytes]]:
            asked = self._parse(body)
            return json_body.signature_name(asked), read_examples(asked)

        name, examples = await _off_loop(read, len(body))
        found = await self._prediction.classify(servable, name, examples)
        return write_classes(*found)

    def _parse(self, body: bytearray) -> dict[str, Any]:
        check_json(body, self._limits)
        return json_body.parse(body)


async def _off_loop(read: Callable[[], Any], size: int) -> Any:
    return read() if size < _IN_THREAD else await asyncio.to_thread(read)


def _version(digits: str) -> int:
    version = int(digits) if len(digits) < 20 else _MOST_VERSION + 1
    if version > _MOST_VERSION:
        raise ServingError(
            Status.INVALID_ARGUMENT, f"Failed to convert version: {digits} to numeric."
        )
    return version


def _json(value: dict[str, Any]) -> Response:
    return _reply(json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8"))


def _reply(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")


def _refusal(error: ServingError) -> Response:
    body = json.dumps({"error": str(error)}, ensure_ascii=False).encode("utf-8")
    response = _reply(body, error.status.http)
    if error.status is Status.UNAUTHENTICATED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
