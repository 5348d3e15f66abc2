import cv2
import numpy as np
import pytest
import tensorflow as tf

from export.card import ModelCard
from export.core import fold
from export.transfer_graph import TransferConstants, TransferGraph
from export.transfer_module import TransferModule
from export.transfer_requests import requests
from export.transfer_signature import MAX_BATCH, signatures
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import IMAGE_DEVIATION, IMAGE_MEAN
from input_pipeline.align import CANONICAL, STABLE_LANDMARKS
from input_pipeline.macro.squares import square
from tests.support.small_transfer import CLASSES, logits, pictures, small_transfer

SIZE = 32
CONSTANTS = {
    "class_names": CLASSES,
    "mean": IMAGE_MEAN,
    "deviation": IMAGE_DEVIATION,
    "alignment": "none",
}


@pytest.fixture(scope="module")
def model():
    return small_transfer()


@pytest.fixture(scope="module")
def served(model):
    graph = TransferGraph(model, TransferConstants(**CONSTANTS))
    card = ModelCard(
        model_id="test",
        class_names=CLASSES,
        preprocessing={},
        licence="none",
        data_statement="drawn",
    )
    return TransferModule(fold(graph).graph, card).served


def png(image):
    return cv2.imencode(".png", image[..., ::-1])[1].tobytes()


def jpeg(image):
    return cv2.imencode(".jpg", image[..., ::-1])[1].tobytes()


def test_signatures_are_those_that_are_stated(served):
    stated = signatures("savedmodel", image_size=SIZE, num_classes=len(CLASSES))
    assert served.keys() == stated.keys()
    for name, function in served.items():
        taken = {spec.name: list(spec.shape)[1:] for spec in function.input_signature}
        wanted = {of: one["shape"][1:] for of, one in stated[name]["inputs"].items()}
        assert taken == wanted
        given = function.get_concrete_function().structured_outputs
        assert given.keys() == stated[name]["outputs"].keys()


def test_every_signature_says_what_keras_says(served, model):
    pixels, _ = pictures(3)
    expected = logits(model, pixels)
    for name, asked in requests(pixels).items():
        said = served[name](*(tf.constant(value) for value in asked.values()))
        if name == "classify":
            shares = np.exp(expected) / np.exp(expected).sum(axis=1, keepdims=True)
            np.testing.assert_allclose(said["scores"], shares, atol=1e-5)
            assert said["classes"].numpy()[2].tolist() == [n.encode() for n in CLASSES]
        else:
            np.testing.assert_allclose(said["logits"], expected, atol=1e-4)
            best = [CLASSES[row].encode() for row in expected.argmax(axis=1)]
            assert said["label"].numpy().tolist() == best


def test_pictures_of_any_size_and_kind_are_made_square_as_for_training(served, model):
    large, _ = pictures(5, size=97)
    kinds = [
        large[0],
        large[1][:53],
        np.repeat(large[2][..., :1], 3, axis=-1),
        large[3][:1, :1],
        large[4],
    ]
    grey = cv2.imencode(".png", kinds[2][..., 0])[1].tobytes()
    alpha = np.dstack([kinds[4], np.full(kinds[4].shape[:2], 7, np.uint8)])
    with_alpha = cv2.imencode(".png", cv2.cvtColor(alpha, cv2.COLOR_RGBA2BGRA))[1]
    files = [
        jpeg(kinds[0]),
        png(kinds[1]),
        grey,
        png(kinds[3]),
        with_alpha.tobytes(),
    ]
    kinds[0] = cv2.imdecode(np.frombuffer(files[0], np.uint8), 1)[..., ::-1]
    expected = [square(np.ascontiguousarray(image), SIZE, None)[0] for image in kinds]
    said = served["serving_default"](tf.constant(files))["logits"]
    # A level of brightness more or less here and there.
    np.testing.assert_allclose(said, logits(model, np.stack(expected)), atol=0.05)


def test_the_face_is_turned_upright(served, model):
    (image,), _ = pictures(1, size=97)
    points = np.float32(CANONICAL * 41 + 23)
    landmarks = np.zeros((68, 2))
    landmarks[list(STABLE_LANDMARKS)] = points

    class Found:
        def find(self, image):
            self.landmarks = landmarks
            return self

    expected, _ = square(image, SIZE, Found())
    files = tf.constant([png(image)])
    said = served["aligned"](files, tf.constant(points[None]))["logits"]
    np.testing.assert_allclose(said, logits(model, expected[None]), atol=0.05)
    upright = served["serving_default"](files)["logits"]
    assert np.abs(said - upright).max() > 0.1


@pytest.mark.parametrize(
    ("signature", "inputs", "message"),
    [
        ("images", [np.full((2, 32, 32, 3), np.nan)], "NaN or infinity in rows.*0 1"),
        ("images", [np.full((1, 32, 32, 3), 256.0)], r"must be in \[0, 255\]"),
        ("images", [np.full((1, 32, 32, 3), -1.0)], r"must be in \[0, 255\]"),
        ("images", [np.zeros((MAX_BATCH + 1, 32, 32, 3))], "at most 256 rows"),
        ("serving_default", [[b"GIF89a" + b"x" * 40]], "Image 0.*JPEG or PNG"),
        ("serving_default", [[b""]], "Image 0.*JPEG or PNG"),
        ("serving_default", [[b"x"] * (MAX_BATCH + 1)], "at most 256 rows"),
        ("classify", [[b"\x0fgarbage"]], "Could not parse|parse"),
        ("card", [["nothing"]], "no such field"),
    ],
)
def test_bad_requests_are_refused(served, signature, inputs, message):
    (spec, *_) = served[signature].input_signature
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"(?s){message}"):
        served[signature](*(tf.constant(value, spec.dtype) for value in inputs))


def test_one_bad_picture_of_several_is_named(served):
    files = [png(image) for image in pictures(3)[0]]
    files[1] = files[1][:-9]
    with pytest.raises(tf.errors.InvalidArgumentError):
        served["serving_default"](tf.constant(files))
    files[1] = b"text"
    with pytest.raises(tf.errors.InvalidArgumentError, match="Image 1"):
        served["serving_default"](tf.constant(files))


def test_no_picture_is_no_answer(served):
    said = served["serving_default"](tf.constant([], tf.string))
    assert said["probabilities"].shape == (0, len(CLASSES))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"class_names": ("a", "")}, "unique and not empty"),
        ({"class_names": ("a", "a")}, "unique and not empty"),
        ({"mean": (1.0, 2.0)}, "red, green and blue"),
        ({"deviation": (1.0, 2.0, 0.0)}, "red, green and blue"),
    ],
)
def test_wrong_constants_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        TransferConstants(**(CONSTANTS | changes))
