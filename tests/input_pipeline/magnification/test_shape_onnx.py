import keras
import numpy as np
import onnxruntime
import pytest

from input_pipeline.magnification.frames import to_unit_range
from input_pipeline.magnification.shape_onnx import to_onnx


@pytest.fixture(scope="module")
def session(example):
    return onnxruntime.InferenceSession(to_onnx(example.magnet))


def test_names_are_as_documented(session):
    assert [x.name for x in session.get_inputs()] == ["frame_a", "frame_b", "factor"]
    assert [x.name for x in session.get_outputs()] == ["shape"]


@pytest.mark.parametrize(("height", "width"), [(104, 92), (12, 28)])
def test_it_computes_what_keras_does(example, session, faces, height, width):
    onset, apex = to_unit_range(faces[:, :height, :width])
    inputs = {
        "frame_a": np.stack([onset, apex]),
        "frame_b": np.stack([apex, onset]),
        "factor": np.float32([2.5, -1]),
    }
    (computed,) = session.run(None, inputs)
    expected = example.magnet.model(inputs)["magnified_shape"]
    np.testing.assert_allclose(
        computed, keras.ops.convert_to_numpy(expected), rtol=0, atol=1e-5
    )
