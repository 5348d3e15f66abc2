"""`fgrmer serve`: pushed versions behind TensorFlow Serving's REST and gRPC."""

import dataclasses
from pathlib import Path

import tyro

from export.serving.settings import BatchingSettings, Limits, ServerSettings
from fgrmer_tf.cli.console import say, start_tensorflow


@dataclasses.dataclass(frozen=True, kw_only=True)
class Serve(ServerSettings):
    """Serves a pushed model by REST and gRPC, as TensorFlow Serving would.

    For development, demonstrations and small loads on one machine. Production uses
    TensorFlow Serving itself, which reads the same folder: see docs/deploy.md for
    that, and docs/serving.md for this.
    """

    folder: tyro.conf.Positional[Path]
    """Folder of the versions of one model: what `fgrmer push --to` was given."""
    batching: BatchingSettings = dataclasses.field(default_factory=BatchingSettings)
    limits: Limits = dataclasses.field(default_factory=Limits)

    def run(self) -> None:
        self.token()
        start_tensorflow()
        import asyncio

        from export.serving.server import Server, serve

        server = Server(self, self.batching, self.limits, say)

        def started() -> None:
            scheme = "http" if self.tls_certificate is None else "https"
            # For programs too, which take free ports and must learn which.
            print(
                f"serving {self.model_name}: REST {scheme}://{self.host}:"
                f"{server.rest_port}, gRPC {self.host}:{server.grpc_port}",
                flush=True,
            )
            if self.open_to_others and self.token_file is None:
                say("other machines can reach it, and no token is asked for")

        asyncio.run(serve(server, started))
