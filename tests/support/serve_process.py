"""`fgrmer serve` in a process of its own, over versions as `fgrmer push` makes them."""

import contextlib
import os
import subprocess
import sys

from export import manifest, saved_model, warmup
from tests.support.serving_client import Client

_FGRMER = "from fgrmer_tf.cli.main import main; raise SystemExit(main())"


def write_version(base, module, card, patches):
    """Version 1 of a model in the new folder `base`; `patches` are its warm-up."""
    base.mkdir()
    folder = base / "1"
    saved_model.write(module, card, folder)
    warmup.write(folder, patches)
    manifest.write_version(folder, {"version": 1, "model_id": card.model_id})
    return folder


@contextlib.contextmanager
def serving(base, *options):
    """A client of a server, which must end well when it is told to."""
    command = [sys.executable, "-c", _FGRMER, "serve", str(base)]
    process = subprocess.Popen(
        [*command, "--rest-port", "0", "--grpc-port", "0", *options],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"CUDA_VISIBLE_DEVICES": "-1"},
    )
    try:
        line = process.stdout.readline()
        ports = [part.rsplit(":", 1)[1] for part in line.split(",")]
        client = Client(int(ports[0]), int(ports[1]), base.name)
        client.process, client.line, client.base = process, line, base
        yield client
        client.channel.close()
    finally:
        # SIGTERM, as containers end; a server that was up ends well.
        process.terminate()
        code = process.wait(30)
        process.stdout.close()
    assert code == 0
