import json
from pathlib import Path

import pytest

from export.signature import ARTEFACTS, FORMATS, signatures
from export.structure import describe

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "golden" / "signature.json").read_text("utf-8")
)


def test_names_dtypes_and_shapes_are_frozen():
    stated = {name: signatures(name, channels=3, num_classes=3) for name in FORMATS}
    assert stated == GOLDEN


@pytest.mark.parametrize("artefact", FORMATS)
def test_artefacts_say_the_frozen_names(exported, artefact):
    path = exported.out / ARTEFACTS[artefact]
    assert describe(artefact, path, opset=17).signatures == GOLDEN[artefact]


def test_sizes_follow_the_arguments():
    outputs = signatures("onnx", channels=1, num_classes=5)["patches"]["outputs"]
    assert outputs["logits"]["shape"] == ["batch", 5]
