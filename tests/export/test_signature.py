import json
import re
from pathlib import Path

import pytest

from export.signature import (
    ARTEFACTS,
    FORMATS,
    left_out,
    signatures,
    takes_frames,
)
from export.structure import describe

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "golden" / "signature.json").read_text("utf-8")
)


def test_names_dtypes_and_shapes_are_frozen():
    stated = {name: signatures(name, channels=3, num_classes=3) for name in FORMATS}
    framed = signatures("savedmodel", channels=3, num_classes=3, frames=True)
    assert stated | {"savedmodel with frames": framed} == GOLDEN


@pytest.mark.parametrize("artefact", FORMATS)
def test_artefacts_say_the_frozen_names(exported, artefact):
    path = exported.out / ARTEFACTS[artefact]
    assert describe(artefact, path, opset=17).signatures == GOLDEN[artefact]


def test_sizes_follow_the_arguments():
    outputs = signatures("onnx", channels=1, num_classes=5)["patches"]["outputs"]
    assert outputs["logits"]["shape"] == ["batch", 5]


@pytest.mark.parametrize(
    ("preprocessing", "reason"),
    [
        ({"imported_from": "a.npz"}, "Nothing says how"),
        ({"motion": {"method": "precomputed"}}, "made elsewhere"),
        ({"motion": {"method": "dis"}}, r"dense optical flow \(`dis`\)"),
    ],
)
def test_why_frames_are_not_taken_is_said(preprocessing, reason):
    assert not takes_frames(preprocessing)
    assert re.match(f".*{reason}.*Send patches", left_out(preprocessing)["frames"])


def test_frames_of_the_magnified_motion_are_taken():
    preprocessing = {"motion": {"method": "magnet", "magnet_map": "mean"}}
    assert takes_frames(preprocessing)
    assert left_out(preprocessing) == {}
