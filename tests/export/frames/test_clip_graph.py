import cv2
import numpy as np
import pytest
import tensorflow as tf

from export.frames.clip_graph import ClipGraph
from fgrmer_tf.config import MotionConfig
from fgrmer_tf.errors import InputError
from input_pipeline.clip_features import ClipExtractor
from tests.support.faces import bulge, portrait

SETTINGS = {
    "displacement": {"map_size": 128},
    "as it is": {"map_size": 64, "standardize": False, "factor": 7.0},
    "patches alone": {"map_size": 66, "magnet_area": "patches"},
    "published": {"map_size": 48, "magnet_map": "mean"},
    "projection": {
        "map_size": 64,
        "magnet_map": "projection",
        "magnet_area": "patches",
    },
}


def moved(image, degrees, growth, shift):
    matrix = cv2.getRotationMatrix2D((225, 120), degrees, growth)
    matrix[:, 2] += shift
    border = cv2.BORDER_REPLICATE
    return cv2.warpAffine(
        image, matrix, (512, 480), flags=cv2.INTER_CUBIC, borderMode=border
    )


@pytest.fixture(scope="module")
def clips():
    """A head that stays, one that tilts and comes nearer, one that goes far."""
    onset = portrait()[:480]
    smile = bulge(bulge(onset, (206, 147), (1.5, -0.7), 12), (240, 85), (0, -1), 12)
    return [
        (onset, smile),
        (onset, moved(smile, 1.3, 1.01, (0.4, -1.1))),
        (onset, moved(smile, -2, 0.98, (23, 11))),
    ]


@pytest.mark.parametrize("name", SETTINGS)
def test_patches_are_those_of_the_pipeline(clips, name):
    config = MotionConfig(method="magnet", **SETTINGS[name])
    extractor, graph = ClipExtractor(config), ClipGraph(config)
    patches = tf.function(graph.patches)
    far = []
    for onset, apex in clips:
        clip = extractor.extract(onset, apex)
        found = patches(onset, apex, clip.landmarks, clip.apex_landmarks).numpy()
        assert found.dtype == np.float32
        assert found.shape == (30, 7, 7, graph.channels)
        np.testing.assert_allclose(found, clip.patches, atol=1e-3)
        assert np.ptp(clip.patches) > 0.1
        far.append(clip.head_motion is not None and clip.head_motion > 2)
    assert far == [False, False, True]


def test_a_graph_has_no_variables_and_no_python():
    graph = ClipGraph(MotionConfig(method="magnet", map_size=32))
    frame = tf.TensorSpec((None, None, 3), tf.uint8)
    points = tf.TensorSpec((68, 2))
    traced = tf.function(graph.patches, input_signature=[frame] * 2 + [points] * 2)
    concrete = traced.get_concrete_function()
    assert concrete.captured_inputs == []
    operators = {node.op for node in concrete.graph.as_graph_def().node}
    assert not operators & {"PyFunc", "EagerPyFunc", "VarHandleOp"}


def test_weights_that_are_not_there_are_told(tmp_path):
    config = MotionConfig(method="magnet", weights=str(tmp_path / "gone.tflite"))
    with pytest.raises(InputError, match="must be a file"):
        ClipGraph(config)
