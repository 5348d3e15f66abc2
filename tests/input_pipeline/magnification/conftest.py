import dataclasses

import numpy as np
import pytest

from input_pipeline.magnification.network import build_magnet
from input_pipeline.magnification.shape_export import to_litert
from tests.support.magnet_reference import with_lively_weights


@dataclasses.dataclass(frozen=True)
class Example:
    """A small network and its shape path."""

    form: str
    magnet: object
    model: bytes


@pytest.fixture(scope="session", params=["official", "public"])
def example(request):
    magnet = with_lively_weights(build_magnet(request.param, width=2, decoder_blocks=1))
    return Example(request.param, magnet, to_litert(magnet))


@pytest.fixture(scope="session")
def faces():
    """Two unlike faces of 92x104 px, so a map of 46x52 px."""
    return np.random.default_rng(7).integers(0, 256, (2, 104, 92, 3), np.uint8)
