import shutil

import pytest

from export.conformance.grpc_client import GrpcClient
from export.conformance.rest_client import RestClient
from export.conformance.target import look_at
from tests.support.serve_process import serving


@pytest.fixture(scope="session")
def base(framed_version, tmp_path_factory):
    """A folder of versions with version 1 of a small model, as pushed."""
    base = tmp_path_factory.mktemp("conformance") / "small"
    shutil.copytree(framed_version, base / "1")
    return base


@pytest.fixture(scope="session")
def addresses(base):
    """Addresses of `fgrmer serve` in a process of its own, REST and gRPC."""
    with serving(base, "--poll-seconds", "0.2") as client:
        yield f"http://127.0.0.1:{client.rest_port}", f"127.0.0.1:{client.grpc_port}"


@pytest.fixture(scope="session")
def target(addresses, base):
    """That server, and all that a check may need."""
    rest, grpc = addresses
    client = GrpcClient(grpc, "small")
    yield look_at(
        RestClient(rest), "small", grpc=client, folder=base, push=True, hostile=True
    )
    client.close()
