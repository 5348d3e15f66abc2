import dataclasses
import subprocess
import sys

import pytest

from export import manifest, saved_model, warmup
from export.conformance.grpc_client import GrpcClient
from export.conformance.rest_client import RestClient
from export.conformance.target import look_at
from export.core import fold
from export.serving_graph import ServingGraph
from export.serving_module import ServingModule

_FGRMER = "from fgrmer_tf.cli.main import main; raise SystemExit(main())"


@pytest.fixture(scope="session")
def base(card, framed, tmp_path_factory):
    """A folder of versions with version 1 of a small model, as pushed."""
    card = dataclasses.replace(card, preprocessing=framed.constants.preprocessing)
    core = fold(ServingGraph(framed.model, framed.constants))
    module = ServingModule(core.graph, card)
    base = tmp_path_factory.mktemp("conformance") / "small"
    base.mkdir()
    saved_model.write(module, card, base / "1")
    warmup.write(base / "1", framed.clips)
    manifest.write_version(base / "1", {"version": 1, "model_id": card.model_id})
    return base


@pytest.fixture(scope="session")
def addresses(base):
    """Addresses of `fgrmer serve` in a process of its own, REST and gRPC."""
    command = [sys.executable, "-c", _FGRMER, "serve", str(base)]
    ports = ["--rest-port", "0", "--grpc-port", "0", "--poll-seconds", "0.2"]
    with subprocess.Popen(
        [*command, *ports], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            words = process.stdout.readline().replace(",", "").split()
            yield words[words.index("REST") + 1], words[words.index("gRPC") + 1]
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="session")
def target(addresses, base):
    """That server, and all that a check may need."""
    rest, grpc = addresses
    client = GrpcClient(grpc, "small")
    yield look_at(
        RestClient(rest), "small", grpc=client, folder=base, push=True, hostile=True
    )
    client.close()
