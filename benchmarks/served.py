"""A small exported model and a server process, for the benchmarks of serving."""

import contextlib
import dataclasses
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np

from export.clips import Clips
from export.exporter import export_model
from export.serving_graph import ServingConstants
from export.settings import ExportSettings
from fgrmer_tf.config import ModelConfig
from fgrmer_tf.models.fgrmer import build_fgrmer
from fgrmer_tf.spec import MEGC2019_CLASSES, NUM_AUS, NUM_PATCHES, PATCH_SIZE

CHANNELS = 3
FGRMER = Path(sys.executable).with_name("fgrmer")


def clips(count: int, seed: int = 0) -> np.ndarray:
    """Made-up clips of flow."""
    shape = (count, NUM_PATCHES, PATCH_SIZE, PATCH_SIZE, CHANNELS)
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def make_export(out: Path, seed: int) -> Path:
    """Exports an untrained model; another seed is another model."""
    keras.utils.set_random_seed(seed)
    settings = ModelConfig(channels=CHANNELS, num_classes=len(MEGC2019_CLASSES))
    model = build_fgrmer(**dataclasses.asdict(settings))
    embeddings = np.random.default_rng(seed).standard_normal(
        (NUM_AUS, settings.embedding_dim), np.float32
    )
    export_model(
        model,
        ServingConstants(
            class_names=MEGC2019_CLASSES,
            au_embeddings=embeddings,
            au_evidence=True,
            preprocessing={},
        ),
        out,
        clips=Clips(patches=clips(8), label=None, origin="random numbers"),
        settings=ExportSettings(formats=("savedmodel",)),
    )
    return out


@dataclasses.dataclass(frozen=True)
class Served:
    """A running server.

    Args:
        rest: Its REST address.
        grpc: Its gRPC address.
        process: Its process id.
    """

    rest: str
    grpc: str
    process: int

    def memory(self) -> float:
        """Resident memory [MiB]."""
        status = Path(f"/proc/{self.process}/status").read_text(encoding="utf-8")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) / 1024


@contextlib.contextmanager
def server(base: Path, *options: str) -> Iterator[Served]:
    """Runs `fgrmer serve` on free ports, and stops it at the end."""
    command = [str(FGRMER), "serve", str(base), "--rest-port", "0", "--grpc-port", "0"]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as log,
        subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            found = re.search(r"REST (http\S+), gRPC (\S+)", line)
            if found is None:
                log.seek(0)
                raise RuntimeError(f"The server did not start: {line}{log.read()}")
            yield Served(found[1], found[2], process.pid)
        finally:
            process.terminate()
            process.wait(60)
