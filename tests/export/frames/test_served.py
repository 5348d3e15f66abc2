import cv2
import numpy as np
import pytest
import tensorflow as tf

from export.frames.sample import as_inputs, pipeline_patches, sample_clips
from export.frames.served import patches_of_files
from export.signature import MAX_FRAMES
from fgrmer_tf.config import MotionConfig

REFUSED = tf.errors.InvalidArgumentError
CONFIG = MotionConfig(method="magnet")


@pytest.fixture(scope="module")
def served():
    """The function of a batch of clips by inputs."""
    function = tf.function(
        patches_of_files(CONFIG),
        input_signature=[
            *(tf.TensorSpec((None,), tf.string) for _ in range(2)),
            *(tf.TensorSpec((None, 68, 2), tf.float32) for _ in range(2)),
        ],
    )
    return lambda inputs: function(*map(tf.constant, inputs.values()))


@pytest.fixture
def inputs():
    return as_inputs(sample_clips(2))


def test_rows_are_the_clips_in_order(served, inputs):
    wanted = pipeline_patches(sample_clips(2), CONFIG)
    np.testing.assert_allclose(served(inputs), wanted, atol=1e-3)
    swapped = {name: values[::-1] for name, values in inputs.items()}
    np.testing.assert_array_equal(served(swapped), served(inputs)[::-1])


def test_no_clip_is_a_batch_too(served):
    empty = [tf.constant([], tf.string)] * 2 + [tf.zeros((0, 68, 2))] * 2
    assert served(dict(enumerate(empty))).shape == (0, 30, 7, 7, 3)


def refused(served, inputs, match):
    with pytest.raises(REFUSED, match=match):
        served(inputs)


def test_too_many_clips_are_refused_before_they_are_read(served, inputs):
    rows = MAX_FRAMES + 1
    inputs = {
        name: np.repeat(values[:1], rows, axis=0) for name, values in inputs.items()
    }
    refused(served, inputs, f"at most {MAX_FRAMES} rows.*{rows}")


def test_inputs_of_different_length_are_refused(served, inputs):
    refused(
        served,
        inputs | {"apex": inputs["apex"][:1]},
        r"as many rows.*\[2\] \[1\] \[2\] \[2\]|as many rows.*2 1 2 2",
    )


@pytest.mark.parametrize("name", ["landmarks", "apex_landmarks"])
@pytest.mark.parametrize(
    ("value", "match"),
    [(np.nan, "must be finite"), (np.inf, "must be finite"), (1e30, r"must be in \[")],
)
def test_landmarks_that_are_no_places_are_refused_by_row(
    served, inputs, name, value, match
):
    inputs[name][1, 33, 0] = value
    refused(served, inputs, rf"`{name}`.*{match}.*rows.*\[1\]")


@pytest.mark.parametrize("name", ["landmarks", "apex_landmarks"])
def test_coinciding_points_are_refused_by_row(served, inputs, name):
    inputs[name][1] = 100
    refused(served, inputs, rf"`{name}` must be at different places\. Row:.*\[1\]")


@pytest.mark.parametrize("name", ["landmarks", "apex_landmarks"])
def test_a_mouth_beyond_the_border_is_refused_by_row(served, inputs, name):
    inputs[name][1, :, 1] += 90
    refused(served, inputs, rf"`{name}` must be in the image\. Row:.*\[1\]")


def test_frames_of_different_size_are_refused_by_row(served, inputs):
    small = cv2.imencode(".png", np.zeros((207, 208, 3), np.uint8))[1].tobytes()
    inputs["apex"][1] = small
    refused(served, inputs, r"must have one size\. Row:.*\[1\]")


def test_what_is_no_image_is_named_by_input_and_row(served, inputs):
    inputs["apex"][1] = b"GIF89a" + bytes(100)
    refused(served, inputs, "`apex` in row 1.*JPEG or PNG")
