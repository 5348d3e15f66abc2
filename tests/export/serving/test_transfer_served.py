"""An exported TransFER behind the server that serves FGRMER."""

import base64

import cv2
import numpy as np
import pytest

from export import manifest, saved_model
from export.card import ModelCard
from export.core import fold
from export.transfer_graph import TransferConstants, TransferGraph
from export.transfer_module import TransferModule
from export.transfer_requests import requests, write_warmup
from fgrmer_tf.spec import IMAGE_DEVIATION, IMAGE_MEAN
from tests.support.serving_client import running
from tests.support.small_transfer import CLASSES, logits, pictures, small_transfer


@pytest.fixture(scope="module")
def model():
    return small_transfer()


@pytest.fixture(scope="module")
def transfer(model, tmp_path_factory):
    constants = TransferConstants(
        class_names=CLASSES,
        mean=IMAGE_MEAN,
        deviation=IMAGE_DEVIATION,
        alignment="none",
    )
    card = ModelCard(
        model_id="transfer-test",
        class_names=CLASSES,
        preprocessing=constants.preprocessing(32),
        licence="none",
        data_statement="drawn",
    )
    base = tmp_path_factory.mktemp("models") / "transfer"
    folder = base / "1"
    base.mkdir()
    module = TransferModule(fold(TransferGraph(model, constants)).graph, card)
    saved_model.write(module, card, folder)
    write_warmup(folder, pictures(5)[0])
    manifest.write_version(folder, {"version": 1, "model_id": card.model_id})
    with running(base) as client:
        yield client


def as_file(image, ending=".png"):
    return cv2.imencode(ending, image[..., ::-1])[1].tobytes()


def b64(data):
    return {"b64": base64.b64encode(data).decode()}


def test_pictures_by_rest(transfer, model):
    pixels, _ = pictures(3, seed=9)
    files = [b64(as_file(image)) for image in pixels]
    expected = logits(model, pixels)
    for body in (
        {"instances": files},
        {"instances": [{"image_bytes": file} for file in files]},
    ):
        answer = transfer.post(body)
        assert answer.status == 200
        rows = answer.body["predictions"]
        given = [row["logits"] for row in rows]
        np.testing.assert_allclose(given, expected, atol=1e-4)
        assert [row["label"] for row in rows] == [
            CLASSES[best] for best in expected.argmax(axis=1)
        ]


@pytest.mark.parametrize("signature", ["images", "serving_default", "aligned"])
def test_every_signature_by_grpc(transfer, model, signature):
    pixels, _ = pictures(5, seed=11)
    answer = transfer.predict(requests(pixels)[signature], signature=signature)
    np.testing.assert_allclose(answer["logits"], logits(model, pixels), atol=1e-4)


def test_the_card_says_that_it_is_transfer(transfer):
    answer = transfer.post({"signature_name": "card", "instances": ["preprocessing"]})
    assert '"system": "transfer"' in answer.body["predictions"][0]


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a" + b"\0" * 99, as_file(np.zeros((9, 9, 3), np.uint8))[:-20]]
)
def test_what_is_no_picture_is_the_fault_of_the_request(transfer, data):
    answer = transfer.post({"instances": [b64(data)]})
    assert answer.status == 400
    code, _ = transfer.refusal({"image_bytes": np.array([data], object)})
    assert code == "INVALID_ARGUMENT"


@pytest.mark.parametrize("value", [-1, 256, np.nan])
def test_values_that_are_no_pixels(transfer, value):
    pixels = pictures(2)[0].astype(np.float32)
    pixels[1, 3, 5, 2] = value
    asked = {"signature_name": "images", "instances": pixels.tolist()}
    answer = transfer.post(asked)
    assert (answer.status, answer.body["error"][-3:]) == (400, "[1]")
    code, message = transfer.refusal({"images": pixels}, signature="images")
    assert (code, message[-3:]) == ("INVALID_ARGUMENT", "[1]")


def test_no_picture_gives_no_row(transfer):
    answer = transfer.predict({"image_bytes": np.array([], object)})
    assert answer["probabilities"].shape == (0, len(CLASSES))
