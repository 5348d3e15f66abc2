import dataclasses
import json
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import tensorflow as tf

from export.edge import bundle
from export.errors import ExportError
from export.exporter import export_model
from export.serving_graph import model_inputs
from export.settings import ExportSettings
from fgrmer_tf.config import MotionConfig
from input_pipeline.aligned_onset import AlignedOnset
from input_pipeline.images import read_image
from input_pipeline.landmarks.face_mesh import FaceMesh
from input_pipeline.motion import motion_of
from tests.support.faces import bulge, portrait

pytestmark = pytest.mark.slow
MOST = 1e-3


@pytest.fixture(scope="module")
def edge(framed, tmp_path_factory):
    """The bundle of `framed`, with an export of the smallest format around it."""
    out = tmp_path_factory.mktemp("edge") / "out"
    record = export_model(
        framed.model,
        framed.constants,
        out,
        clips=framed.stored,
        settings=ExportSettings(formats=("onnx",), edge=True),
    )
    return SimpleNamespace(folder=out / "edge", record=record)


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    """Onset and apex of a real face, as files."""
    folder = tmp_path_factory.mktemp("frames")
    onset = portrait()[:300, 60:400]
    apex = bulge(onset, (146, 147), (2.0, -1.0), 12)
    for name, image in (("onset.png", onset), ("apex.jpg", apex)):
        cv2.imwrite(str(folder / name), image[..., ::-1])
    return folder / "onset.png", folder / "apex.jpg"


def test_the_bundle_is_in_the_manifest(edge):
    listed = {entry["path"] for entry in edge.record["files"]}
    assert {path.name for path in edge.folder.iterdir()} == {
        *("face_detector.onnx", "face_mesh.onnx", "motion.onnx", "model.onnx"),
        *("face_detector.tflite", "face_mesh.tflite", "motion.tflite", "model.tflite"),
        *("edge_face.py", "edge_onnx.py", "edge_litert.py", "edge.json"),
    }
    assert {f"edge/{path.name}" for path in edge.folder.iterdir()} < listed
    about = json.loads((edge.folder / "edge.json").read_text("utf-8"))
    assert about["model_id"] == edge.record["model_id"]


def test_both_programs_were_tried(edge):
    seen = edge.record["edge"]
    assert seen["differences"].keys() == {"onnx", "litert"}
    assert max(seen["differences"].values()) <= MOST
    assert max(seen["face_networks"].values()) <= 1e-3


class _Moved:
    """Finds landmarks a little beside where they are."""

    def __init__(self, shift):
        self._face_mesh, self._shift = FaceMesh(), np.float32(shift)

    def find(self, image):
        face = self._face_mesh.find(image)
        return dataclasses.replace(face, landmarks=face.landmarks + self._shift)


@pytest.fixture(scope="module")
def piped(framed, frames):
    """The pipeline's answer, and how far it goes where landmarks move no further than
    the face's networks differ between runtimes: a pixel of a face may then be sampled
    1/32 px beside."""
    images = [read_image(path) for path in frames]
    config = MotionConfig(**framed.constants.preprocessing["motion"])
    motion = motion_of(config)

    def answer(*shift):
        onset = AlignedOnset(images[0], _Moved(shift), motion, config.map_size)
        patches = onset.features(images[1]).patches
        inputs = model_inputs(framed.constants, tf.constant(patches[None]))
        return tf.nn.softmax(framed.model(inputs)["logits"]).numpy()[0]

    wanted, most = answer(0, 0), bundle.FACE_TOLERANCE
    moved = [answer(*shift) for shift in ((most, 0), (-most, 0), (0, most), (0, -most))]
    return wanted, float(np.abs(np.array(moved) - wanted).max())


@pytest.mark.parametrize("runtime", bundle.RUNTIMES)
def test_two_images_become_the_pipelines_label(edge, framed, frames, piped, runtime):
    answer = bundle.run_program(edge.folder, runtime, *frames)
    wanted, spread = piped
    # No runtime can be nearer than the pipeline is to itself, and that is near.
    assert spread < 0.01
    names = framed.constants.class_names
    found = [answer["probabilities"][name] for name in names]
    np.testing.assert_allclose(found, wanted, atol=spread)
    assert answer["label"] == names[wanted.argmax()]


@pytest.mark.parametrize("runtime", bundle.RUNTIMES)
def test_an_image_without_a_face_is_said(edge, frames, tmp_path, runtime):
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), np.zeros((90, 120, 3), np.uint8))
    with pytest.raises(ExportError, match="No face was found"):
        bundle.run_program(edge.folder, runtime, blank, blank)
    (tmp_path / "empty.png").write_bytes(b"")
    with pytest.raises(ExportError, match=r"empty\.png is no image"):
        bundle.run_program(edge.folder, runtime, tmp_path / "empty.png", blank)


@pytest.mark.parametrize("module", ["tensorflow", "fgrmer_tf.spec", "onnxruntime"])
def test_a_program_alone_can_import_nothing_else(edge, tmp_path, module):
    program = tmp_path / "edge_litert.py"
    program.write_text(f"import {module}\n", encoding="utf-8")
    with pytest.raises(ExportError, match=f"{module.split('.')[0]} must not be needed"):
        bundle.run_program(tmp_path, "litert", tmp_path, tmp_path)


def test_a_wrong_answer_is_caught(edge, framed, card):
    wrong = np.full((2, 3), 1 / 3)
    clip = bundle.sample_clips(1)[0]
    with pytest.raises(ExportError, match=r"edge_litert.py differs .* by 0\.[0-9]"):
        bundle._difference(edge.folder, "litert", clip, wrong[0], card)
