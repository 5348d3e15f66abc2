"""The server: both protocols, the versions behind them, start and end."""

import asyncio
import contextlib
import functools
import gc
import signal
from collections.abc import Callable
from typing import Any

from grpc_health.v1 import health_pb2
from grpc_health.v1._async import HealthServicer

from export.serving import grpc_server, http_server
from export.serving.access import Access
from export.serving.batching import Batcher
from export.serving.grpc_calls import Calls
from export.serving.http_api import HttpApi
from export.serving.metrics import Metrics
from export.serving.model_versions import ModelVersions, load
from export.serving.prediction import Prediction
from export.serving.settings import BatchingSettings, Limits, ServerSettings

_TURN = 0.01
_GRPC_SERVICE = "tensorflow.serving.PredictionService"


class Server:
    """One model behind REST and gRPC.

    Args:
        settings: What is served where.
        batching: How requests are run together.
        limits: What a client may take.
        say: Called with one line of text when something happens.

    Raises:
        InputError: At construction, if the token does not do; in `run`, if a port is
            taken or the TLS files do not fit.
    """

    def __init__(
        self,
        settings: ServerSettings,
        batching: BatchingSettings,
        limits: Limits,
        say: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._batching = batching
        self._limits = limits
        self._say = say
        self._access = Access(settings.token())
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.rest_port = self.grpc_port = 0
        """Where it listens, once `run` says so."""

    def stop(self) -> None:
        """Has `run` end: nothing new is taken, what runs is answered."""
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._stop.set)

    async def run(self, started: Callable[[], None] | None = None) -> None:
        """Loads the versions, serves, and returns after `stop`.

        Args:
            started: Called once when both ports answer.
        """
        self._loop = asyncio.get_running_loop()
        metrics = Metrics()
        sizes = self._batching.batch_sizes if self._batching.enable_batching else ()
        versions = ModelVersions(
            self._settings, metrics, self._say, functools.partial(load, sizes=sizes)
        )
        batcher = Batcher(self._batching, metrics)
        prediction = Prediction(
            versions, batcher, self._batching, self._limits, self._settings.model_name
        )
        try:
            # First, so that no request comes to a server without a model.
            await versions.refresh()
            await self._serve(prediction, metrics, started)
        finally:
            await batcher.close()
            await versions.close()

    async def _serve(
        self,
        prediction: Prediction,
        metrics: Metrics,
        started: Callable[[], None] | None,
    ) -> None:
        health, versions = HealthServicer(), prediction.versions
        http_api = HttpApi(prediction, self._limits, self._access, metrics)
        web = http_server.make(http_api, self._settings, self._limits)
        rpc, self.grpc_port = grpc_server.make(
            prediction,
            Calls(self._access, metrics),
            health,
            self._settings,
            self._limits,
        )
        with contextlib.closing(http_server.listen(self._settings)) as listening:
            self.rest_port = listening.getsockname()[1]
            await rpc.start()
            serving = asyncio.ensure_future(web.serve(sockets=[listening]))
            ends = {
                serving,
                asyncio.ensure_future(versions.watch()),
                asyncio.ensure_future(_tell_health(health, versions, self._settings)),
                asyncio.ensure_future(self._stop.wait()),
            }
            while not web.started and not any(task.done() for task in ends):
                await asyncio.sleep(_TURN)
            if started is not None:
                started()
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            self._say("stopping: what is under way is answered")
            http_api.stopping = web.should_exit = True
            await health.enter_graceful_shutdown()
            await rpc.stop(self._limits.shutdown_seconds)
            # Uvicorn ends what takes longer than its own time, which is the same.
            await asyncio.wait({serving})
            for task in ends:
                task.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
        for task in done:
            task.result()


async def _tell_health(
    health: Any, versions: ModelVersions, settings: ServerSettings
) -> None:
    """Keeps what the gRPC health service says in step with the versions."""
    kinds = health_pb2.HealthCheckResponse
    while True:
        ready = kinds.SERVING if versions.ready else kinds.NOT_SERVING
        for service in ("", _GRPC_SERVICE):
            await health.set(service, ready)
        await asyncio.sleep(settings.poll_seconds)


async def serve(server: Server, started: Callable[[], None]) -> None:
    """Runs a server until SIGINT or SIGTERM.

    Args:
        server: The server.
        started: Called once when both ports answer.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    # What the imports made stays: or every collection walks it again, and reading the
    # JSON of 64 clips, which makes 100,000 lists, takes four times as long.
    gc.collect()
    gc.freeze()
    await server.run(started)
