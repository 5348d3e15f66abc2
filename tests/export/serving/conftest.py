import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from export import manifest, saved_model, warmup
from tests.support import toy_servable
from tests.support.serving_client import Client, random_patches, running

_FGRMER = "from fgrmer_tf.cli.main import main; raise SystemExit(main())"


@pytest.fixture(scope="session")
def fgrmer_base(module, card, tmp_path_factory):
    """A folder of versions with one of the small model in it, as pushed."""
    base = tmp_path_factory.mktemp("models") / "fgrmer"
    folder = base / "1"
    folder.parent.mkdir()
    saved_model.write(module, card, folder)
    warmup.write(folder, random_patches(max(warmup.BATCHES)))
    manifest.write_version(folder, {"version": 1, "model_id": card.model_id})
    return base


@pytest.fixture(scope="session")
def fgrmer(fgrmer_base):
    """The small model behind `fgrmer serve`, in its own process."""
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "-1"}
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", _FGRMER, "serve", str(fgrmer_base)),
            *("--rest-port", "0", "--grpc-port", "0"),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        line = process.stdout.readline()
        ports = [part.rsplit(":", 1)[1] for part in line.split(",")]
        client = Client(int(ports[0]), int(ports[1]), "fgrmer")
        client.process, client.line, client.base = process, line, fgrmer_base
        yield client
        client.channel.close()
    finally:
        # SIGTERM, as containers end; a server that was up ends well.
        process.terminate()
        code = process.wait(30)
        process.stdout.close()
    assert code == 0


@pytest.fixture(scope="session")
def toy(tmp_path_factory):
    """Versions 1 (offset 10), 2 (20) and 3 (30), the newest and `stable` = 1 served."""
    base = tmp_path_factory.mktemp("toys") / "toy"
    base.mkdir()
    for version in (1, 2, 3):
        toy_servable.write(base, version, 10.0 * version)
    with running(base, labels={"stable": 1, "gone": 7}) as client:
        client.base = base
        yield client


@pytest.fixture(scope="session")
def servers(fgrmer, toy):
    return SimpleNamespace(fgrmer=fgrmer, toy=toy)
