"""The HTTP/1.1 server: address, TLS, connections that may not linger."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from export.serving.http_api import HttpApi
from export.serving.settings import HEAD_BYTES, Limits, ServerSettings
from fgrmer_tf.errors import InputError

_BACKLOG = 2048
"""Connections that may wait to be taken."""


def make(api: HttpApi, settings: ServerSettings, limits: Limits) -> uvicorn.Server:
    """A server that does not listen yet.

    Raises:
        InputError: If the TLS files do not fit.
    """
    config = uvicorn.Config(
        api.application(settings.cors_origins),
        http=timed(limits.idle_seconds),
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=int(max(1, limits.idle_seconds)),
        timeout_graceful_shutdown=int(max(1, limits.shutdown_seconds)),
        h11_max_incomplete_event_size=HEAD_BYTES,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
    )
    try:
        config.load()
    except OSError as error:
        raise InputError(
            "TLS needs a certificate and its key as PEM. Received: "
            f"{settings.tls_certificate}, {settings.tls_key} ({error})."
        ) from error
    return _QuietServer(config)


def listen(settings: ServerSettings) -> socket.socket:
    """The socket of REST, listening.

    Raises:
        InputError: If the port is taken.
    """
    try:
        return socket.create_server(
            (settings.host, settings.rest_port),
            family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET,
            backlog=_BACKLOG,
        )
    except OSError as error:
        raise InputError(
            f"REST must have a free port. Received: {settings.host}:"
            f"{settings.rest_port} ({error}). Choose another with --rest-port."
        ) from error


class _QuietServer(uvicorn.Server):
    """Leaves signals to who runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def timed(seconds: float) -> type[H11Protocol]:
    """A protocol that closes connections whose request does not come.

    Uvicorn limits the time between two requests, but not that to the first one, nor
    that in which a head arrives byte by byte.

    Args:
        seconds: Time to the whole head of the first request.
    """

    class Timed(H11Protocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            # asyncio does it for sockets it made itself, not for those of `listen`;
            # an answer's second packet would wait for the client's delayed ACK.
            transport.get_extra_info("socket").setsockopt(
                socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
            )
            self._first: asyncio.TimerHandle | None = self.loop.call_later(
                seconds, self._close_if_silent
            )

        def connection_lost(self, exc: Exception | None) -> None:
            if self._first is not None:
                self._first.cancel()
            super().connection_lost(exc)

        def _close_if_silent(self) -> None:
            self._first = None
            if self.cycle is None and not self.transport.is_closing():
                self.transport.close()

    return Timed
