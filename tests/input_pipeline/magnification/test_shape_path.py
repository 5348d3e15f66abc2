import numpy as np
import pytest
import tensorflow as tf

from fgrmer_tf.errors import InputError
from input_pipeline.magnification.frames import to_unit_range
from input_pipeline.magnification.shape_path import ShapePath, ShapeTraits, read_model


def test_sizes_may_change_from_call_to_call(example, faces):
    path = ShapePath(example.model)
    frame = to_unit_range(faces[0])
    before = path.encode(frame)
    assert path.encode(frame[:46, :10]).shape == (23, 5, 4)
    np.testing.assert_array_equal(path.encode(frame), before)


def test_inside_a_cut_the_shape_is_the_same(example, faces):
    path = ShapePath(example.model)
    reach = path.traits.encoder_reach
    frame = to_unit_range(faces[0])
    whole = path.encode(frame)
    inside = path.encode_inside(frame[4:92, 2:78])
    assert inside.shape == (44 - 2 * reach, 38 - 2 * reach, 4)
    expected = whole[2 + reach : 46 - reach, 1 + reach : 39 - reach]
    np.testing.assert_allclose(inside, expected, rtol=0, atol=1e-5)


def test_a_result_outlives_the_next_call(example, faces):
    path = ShapePath(example.model)
    first = path.encode(to_unit_range(faces[0]))
    copy = first.copy()
    path.encode(to_unit_range(faces[1]))
    np.testing.assert_array_equal(first, copy)


def test_the_factor_of_identity_gives_the_shape_of_b_exactly(example, faces):
    path = ShapePath(example.model)
    a, b = (path.encode(to_unit_range(face)) for face in faces)
    identity = path.traits.identity_factor
    np.testing.assert_array_equal(path.magnify(a, b, identity), b)


def test_points_of_the_frame_move_to_the_map():
    traits = ShapeTraits(
        identity_factor=1, origin=1, encoder_reach=5, manipulator_reach=7
    )
    points = np.array([[1.0, 3.0], [12.0, 7.5]])
    np.testing.assert_array_equal(traits.map_points(points), [[0, 1], [5.5, 3.25]])


def test_a_file_is_read_and_a_missing_one_refused(example, tmp_path):
    file = tmp_path / "shape.tflite"
    file.write_bytes(example.model)
    assert read_model(file) == example.model
    with pytest.raises(InputError, match=r"absent\.tflite"):
        read_model(tmp_path / "absent.tflite")


def test_bytes_of_another_kind_are_refused():
    with pytest.raises(InputError, match="Received 7 bytes"):
        ShapePath(b"nothing")


def test_another_model_is_refused():
    function = tf.function(
        lambda x: {"y": 2 * x}, input_signature=[tf.TensorSpec((1,), name="x")]
    )
    module = tf.Module()
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [function.get_concrete_function()], module
    )
    with pytest.raises(InputError, match="must have the signatures encode"):
        ShapePath(converter.convert())
