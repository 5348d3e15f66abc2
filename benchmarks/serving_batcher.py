"""What batching gives where nothing is spent on a protocol, for `serving.py`.

A process of its own, as a server is: in one that has built and run Keras models before,
requests that run alone came at a third of the rate.

    python -m benchmarks.serving_batcher VERSION CALLERS SECONDS batched|alone
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from benchmarks import served
from export.serving.batching import Batcher
from export.serving.metrics import Metrics
from export.serving.model_versions import load
from export.serving.settings import BatchingSettings
from export.signature import PATCHES, TENSOR_SIGNATURE


def latencies(
    version: Path, callers: int, seconds: float, *, batched: bool
) -> list[float]:
    """Latencies [s] of callers in one process, each asking for one clip at a time.

    Args:
        version: A pushed version.
        callers: How many ask at the same time.
        seconds: For how long.
        batched: Whether what waits together runs together.
    """
    settings = BatchingSettings(enable_batching=batched)
    servable = load(version, 1, settings.batch_sizes)
    inputs = {PATCHES: served.clips(1)}

    async def run() -> list[float]:
        batcher, found = Batcher(settings, Metrics()), []
        end = time.perf_counter() + seconds

        async def caller() -> None:
            while (started := time.perf_counter()) < end:
                await batcher.run(servable, TENSOR_SIGNATURE, inputs, 60)
                found.append(time.perf_counter() - started)

        await asyncio.gather(*(caller() for _ in range(callers)))
        await batcher.close()
        return found

    try:
        return asyncio.run(run())
    finally:
        servable.close()


def main() -> None:
    """Prints the latencies as JSON."""
    version, callers, seconds, how = sys.argv[1:]
    found = latencies(
        Path(version), int(callers), float(seconds), batched=how == "batched"
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
