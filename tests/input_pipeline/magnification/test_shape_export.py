import keras
import numpy as np
import pytest

from input_pipeline.magnification.frames import to_unit_range
from input_pipeline.magnification.network import build_magnet
from input_pipeline.magnification.shape_export import to_litert, traits_of
from input_pipeline.magnification.shape_path import ShapePath


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        # Encoder: (3 + 1) / 2 to the halved size, then 2 a block and 1 a convolution.
        ("official", (1.0, 1.0, 2 + 3 * 2 + 2 * 2, 3 + 1 + 2)),
        ("public", (0.0, 0.0, 2 + 3 * 2 + 1 + 2 * 2, 1 + 1 + 2)),
    ],
)
def test_traits_follow_from_the_layers(form, expected):
    assert traits_of(build_magnet(form, width=2)).values() == expected


def test_the_file_knows_its_traits(example):
    assert ShapePath(example.model).traits == traits_of(example.magnet)


def test_litert_computes_what_keras_does(example, faces):
    path = ShapePath(example.model)
    frame_a, frame_b = map(to_unit_range, faces)
    inputs = {"frame_a": frame_a[None], "frame_b": frame_b[None]}
    expected = example.magnet.model({**inputs, "factor": np.float32([2.5])})
    expected = {
        name: keras.ops.convert_to_numpy(value)[0] for name, value in expected.items()
    }
    shape_a, shape_b = path.encode(frame_a), path.encode(frame_b)
    np.testing.assert_allclose(shape_a, expected["shape_a"], atol=1e-5)
    magnified = path.magnify(shape_a, shape_b, 2.5)
    np.testing.assert_allclose(magnified, expected["magnified_shape"], atol=1e-5)


def test_the_file_holds_the_shape_path_alone():
    # Float32 parameters of encoder and manipulator, less the texture's, and a graph.
    magnet = build_magnet("official")
    texture = 5 * 9 * 32 * 32
    kernels = 145_200 - texture + 77_824
    assert 4 * kernels < len(to_litert(magnet)) < 4 * kernels + 60_000


def test_the_origin_is_where_a_dot_shows(example):
    """The halving alone, on a frame with one bright pixel."""
    halving = example.magnet.encoder.get_layer("trunk_halving")
    origin = int(traits_of(example.magnet).origin)
    before = halving.convolution.kernel.numpy()
    peaks = np.zeros_like(before)
    peaks[1, 1] = 1
    halving.convolution.kernel.assign(peaks)
    dot = np.zeros((1, 16, 16, before.shape[2]), np.float32)
    dot[0, origin + 6, origin + 10] = 1
    result = keras.ops.convert_to_numpy(halving(dot))
    halving.convolution.kernel.assign(before)
    assert np.argwhere(result[0, ..., 0]).tolist() == [[3, 5]]
