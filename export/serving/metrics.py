"""What the server counts, in Prometheus' text format."""

import prometheus_client

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
CONTENT_TYPE = prometheus_client.CONTENT_TYPE_LATEST


class Metrics:
    """Counters of one server; every label has few values, none from a request."""

    def __init__(self) -> None:
        self._registry = prometheus_client.CollectorRegistry()
        prometheus_client.ProcessCollector(registry=self._registry)
        self._requests = prometheus_client.Counter(
            "fgrmer_serving_requests",
            "Requests answered.",
            ("api", "method", "status"),
            registry=self._registry,
        )
        self._latency = prometheus_client.Histogram(
            "fgrmer_serving_request_seconds",
            "Time from the whole head of a request to its answer.",
            ("api", "method"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._batches = prometheus_client.Histogram(
            "fgrmer_serving_batch_rows",
            "Rows that ran together.",
            ("signature",),
            buckets=_ROWS,
            registry=self._registry,
        )
        self._versions = prometheus_client.Gauge(
            "fgrmer_serving_version_available",
            "1 for each version that answers.",
            ("version",),
            registry=self._registry,
        )
        self._loads = prometheus_client.Counter(
            "fgrmer_serving_loads",
            "Versions loaded, or refused.",
            ("result",),
            registry=self._registry,
        )

    def request(self, api: str, method: str, status: str, seconds: float) -> None:
        """Counts an answer."""
        self._requests.labels(api, method, status).inc()
        self._latency.labels(api, method).observe(seconds)

    def batch(self, signature: str, rows: int) -> None:
        """Counts a batch."""
        self._batches.labels(signature).observe(rows)

    def loaded(self, result: str) -> None:
        """Counts a load: `ok` or `refused`."""
        self._loads.labels(result).inc()

    def available(self, version: int, answers: bool) -> None:
        """Notes that a version answers, or does not any more."""
        if answers:
            self._versions.labels(str(version)).set(1)
        else:
            self._versions.remove(str(version))

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return prometheus_client.generate_latest(self._registry)
