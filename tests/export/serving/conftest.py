from types import SimpleNamespace

import pytest

from export import warmup
from tests.support import toy_servable
from tests.support.serve_process import serving, write_version
from tests.support.serving_client import random_patches, running


@pytest.fixture(scope="session")
def fgrmer(module, card, tmp_path_factory):
    """The small model behind `fgrmer serve`, in its own process."""
    base = tmp_path_factory.mktemp("models") / "fgrmer"
    write_version(base, module, card, random_patches(max(warmup.BATCHES)))
    with serving(base) as client:
        yield client


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
