"""`fgrmer validate-serving`: whether a server answers as TensorFlow Serving does."""

import collections
import dataclasses
from pathlib import Path

import tyro
from rich.markup import escape
from rich.table import Table

from fgrmer_tf.cli.console import console, say, start_tensorflow

_FAILED = 1
_STYLES = {"pass": "green", "fail": "bold red", "not checked": "yellow"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ValidateServing:
    """Asks a server every row of the conformance table; it may be any server.

    Exit status: 0 every row that could be asked passes; 1 one fails; 2 wrong input,
    such as a server that does not answer.
    """

    url: tyro.conf.Positional[str]
    """Its REST address, such as http://localhost:8501."""
    model: str
    """Name of the model; it must be one of `fgrmer export`."""
    grpc: str | None = None
    """Its gRPC address, HOST:PORT; without it the rows of gRPC are not checked."""
    folder: Path | None = None
    """Folder of the model's versions; without it the rows of files are not checked."""
    push: bool = False
    """Whether a copy of the newest version may be pushed to --folder and withdrawn."""
    hostile: bool = False
    """Whether requests may be sent that end a server without a proxy before it."""
    token_file: Path | None = None
    """File with the bearer token of the server."""
    certificate: Path | None = None
    """PEM file of the authority that signed the certificate of an https server."""
    out: Path | None = None
    """File for the results as JSON."""

    def run(self) -> int:
        start_tensorflow()
        from export.conformance import check
        from export.conformance.grpc_client import GrpcClient
        from export.conformance.rest_client import RestClient
        from export.conformance.table import checks
        from export.conformance.target import look_at
        from fgrmer_tf import atomic

        token = self.token_file and self.token_file.read_text(encoding="utf-8").strip()
        rest = RestClient(self.url, token, self.certificate)
        grpc = self.grpc and GrpcClient(
            self.grpc,
            self.model,
            token=token,
            secure=rest.secure,
            certificate=self.certificate,
        )
        target = look_at(
            rest,
            self.model,
            grpc=grpc or None,
            folder=self.folder,
            push=self.push,
            hostile=self.hostile,
        )
        table = Table(
            "row", "what", "outcome", "seen", title=f"{self.url} {self.model}"
        )
        results = []
        for result in check.run(checks(), target):
            results.append(result)
            style = _STYLES.get(result.outcome, "dim")
            table.add_row(
                result.row,
                result.title,
                f"[{style}]{result.outcome}[/]",
                escape(result.seen),
            )
        console.print(table)
        counts = collections.Counter(result.outcome for result in results)
        say(", ".join(f"{count} {name}" for name, count in counts.items()))
        if self.out is not None:
            rows = [dataclasses.asdict(result) for result in results]
            atomic.write_json(self.out, {"counts": counts, "rows": rows})
        return _FAILED if counts["fail"] else 0
