"""Settings of the embedded server, and their defaults. Imports nothing heavy."""

import dataclasses
import ipaddress
import os
import re
from pathlib import Path
from typing import Any

from export.signature import MAX_BATCH
from fgrmer_tf.errors import require

HEAD_BYTES = 16 * 2**10
"""Bytes of the head of a request, in both protocols."""


def _require_at_least(settings: Any, least: float, *names: str) -> None:
    for name in names:
        value = getattr(settings, name)
        require(value >= least, f"`{name}` must be at least {least}.", **{name: value})


@dataclasses.dataclass(frozen=True, kw_only=True)
class BatchingSettings:
    """How requests are run together; names as in TensorFlow Serving's batching file.

    Raises:
        InputError: At construction, if a number is out of its range.
    """

    enable_batching: bool = True
    """Whether requests are put together at all."""
    max_batch_size: int = MAX_BATCH
    """Rows that one request may hold."""
    max_execution_batch_size: int = 64
    """Rows that are run at once; a larger request is split."""
    batch_timeout_micros: int = 0
    """Longest wait [us] for others while a thread is idle; with 0 none: requests are
    put together while all threads are busy."""
    max_enqueued_batches: int = 100
    """Full batches that may wait for a signature of a version; then UNAVAILABLE."""
    num_batch_threads: int = dataclasses.field(
        default_factory=lambda: os.cpu_count() or 1
    )
    """Batches that run at the same time."""
    allowed_batch_sizes: tuple[int, ...] = ()
    """Sizes that batches are padded up to, rising; the last must be
    `max_execution_batch_size`. Empty: the powers of two below it, and it."""

    def __post_init__(self) -> None:
        _require_at_least(
            self,
            1,
            "max_batch_size",
            "max_execution_batch_size",
            "max_enqueued_batches",
            "num_batch_threads",
        )
        _require_at_least(self, 0, "batch_timeout_micros")
        sizes = self.allowed_batch_sizes
        require(
            not sizes
            or (
                sizes[0] > 0
                and list(sizes) == sorted(set(sizes))
                and sizes[-1] == self.max_execution_batch_size
            ),
            "`allowed_batch_sizes` must rise and end with `max_execution_batch_size`.",
            allowed_batch_sizes=sizes,
            max_execution_batch_size=self.max_execution_batch_size,
        )

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """Sizes that are run, rising.

        Few, because TensorFlow's kernels are prepared for each size anew.
        """
        most = self.max_execution_batch_size
        powers = (2**power for power in range((most - 1).bit_length()))
        return self.allowed_batch_sizes or (*powers, most)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """What one client can take from the others at most.

    Raises:
        InputError: At construction, if a number is out of its range.
    """

    max_body_bytes: int = 20 * 2**20
    """Bytes of a request, after inflating it. By gRPC as many clips fit as the model
    takes; to inflate so much takes some 50 ms."""
    max_nesting: int = 16
    """Depth of lists and objects in a JSON body."""
    max_json_values: int = 2_000_000
    """Values, lists and objects in a JSON body."""
    max_requests: int = 128
    """Requests of each protocol that are under way at once."""
    request_seconds: float = 30.0
    """Longest time to read a request, and again to answer it."""
    idle_seconds: float = 30.0
    """Longest time that a connection may be without a whole request."""
    shutdown_seconds: float = 10.0
    """Time that running requests get to end when the server stops."""

    def __post_init__(self) -> None:
        _require_at_least(
            self, 1, "max_body_bytes", "max_nesting", "max_json_values", "max_requests"
        )
        for name in ("request_seconds", "idle_seconds", "shutdown_seconds"):
            value = getattr(self, name)
            require(value > 0, f"`{name}` must be above 0.", **{name: value})


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """Which versions are served, and where.

    Raises:
        InputError: At construction, if a name, a number or a file does not do.
    """

    folder: Path
    """Folder of the versions of one model, as `fgrmer push` makes it."""
    name: str = ""
    """Name of the model in requests; that of the folder if empty."""
    host: str = "127.0.0.1"
    """Address to listen on; the default is for this machine alone."""
    rest_port: int = 8501
    """Port of REST; 0 takes a free one."""
    grpc_port: int = 8500
    """Port of gRPC; 0 takes a free one."""
    latest: int = 1
    """How many of the newest versions are served; requests go to the newest."""
    labels: dict[str, int] = dataclasses.field(default_factory=dict)
    """Names for versions; a version with a name is served however old it is."""
    poll_seconds: float = 1.0
    """Time between two looks at the folder."""
    max_num_load_retries: int = 5
    """How often a version that failed to load is tried again."""
    load_retry_seconds: float = 60.0
    """Time between two tries."""
    token_file: Path | None = None
    """File with a secret of one line; requests must carry it as bearer token."""
    tls_certificate: Path | None = None
    """Certificate chain (PEM) for both protocols; needs `tls_key`."""
    tls_key: Path | None = None
    """Private key (PEM) of `tls_certificate`."""
    cors_origins: tuple[str, ...] = ()
    """Origins of web pages that may call REST from a browser."""

    def __post_init__(self) -> None:
        require(
            self.folder.is_dir(),
            "`fgrmer serve` needs the folder that `fgrmer push --to` wrote.",
            folder=str(self.folder),
        )
        require(
            re.fullmatch(r"[^/:]+", self.model_name) is not None,
            "`name` must not be empty nor hold `/` or `:`.",
            name=self.model_name,
        )
        for port in (self.rest_port, self.grpc_port):
            require(0 <= port < 2**16, "A port must be in [0, 65535].", port=port)
        _require_at_least(self, 1, "latest")
        _require_at_least(self, 0, "max_num_load_retries", "load_retry_seconds")
        require(
            self.poll_seconds > 0,
            "`poll_seconds` must be above 0.",
            poll_seconds=self.poll_seconds,
        )
        for label in self.labels:
            require(
                re.fullmatch(r"\w[\w.-]*", label) is not None,
                "A label must be letters, digits, `_`, `.` and `-`.",
                label=label,
            )
        require(
            (self.tls_certificate is None) == (self.tls_key is None),
            "TLS needs both a certificate and its key.",
            tls_certificate=self.tls_certificate,
            tls_key=self.tls_key,
        )
        for path in (self.token_file, self.tls_certificate, self.tls_key):
            require(path is None or path.is_file(), "No such file.", path=str(path))

    @property
    def model_name(self) -> str:
        """Name of the model in requests."""
        return self.name or self.folder.resolve().name

    @property
    def open_to_others(self) -> bool:
        """Whether other machines can reach the server."""
        try:
            return not ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host != "localhost"

    def token(self) -> str | None:
        """The secret that requests must carry, if one is set.

        Raises:
            InputError: If the file is not one line of 16 printable ASCII characters
                or more.
        """
        if self.token_file is None:
            return None
        text = self.token_file.read_text(encoding="utf-8", errors="replace").strip()
        require(
            re.fullmatch(r"[!-~]{16,}", text) is not None,
            "A token must be one line of at least 16 printable ASCII characters "
            "without spaces.",
            token_file=str(self.token_file),
        )
        return text
