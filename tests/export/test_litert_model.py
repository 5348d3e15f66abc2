import zipfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from export.card import read_card


def test_labels_and_card_are_at_the_end_of_every_file(exported):
    for path in exported.out.glob("*.tflite"):
        with zipfile.ZipFile(path) as archive:
            labels = archive.read("labels.txt").decode().splitlines()
            card = read_card(archive.read("model_card.json"))
        assert labels == ["positive", "negative", "überrascht"]
        assert card.model_id == exported.record["model_id"]


def test_fewer_bits_make_smaller_files(exported):
    sizes = {path.name: path.stat().st_size for path in exported.out.glob("*.tflite")}
    assert sizes["model.float16.tflite"] < 0.55 * sizes["model.tflite"]
    assert sizes["model.dynamic.tflite"] < 0.30 * sizes["model.tflite"]
    assert sizes["model.int8.tflite"] < 0.30 * sizes["model.tflite"]


def test_eight_bit_inputs_span_the_stored_clips(exported, evidence):
    path = str(exported.out / "model.int8.tflite")
    details = Interpreter(path).get_signature_runner("patches").get_input_details()
    scale, zero = details["patches"]["quantization"]
    assert details["patches"]["dtype"] == np.int8
    low, high = (-128 - zero) * scale, (127 - zero) * scale
    np.testing.assert_allclose(low, evidence.clips.min(), atol=scale)
    np.testing.assert_allclose(high, evidence.clips.max(), atol=scale)
