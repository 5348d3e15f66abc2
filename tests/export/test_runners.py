import numpy as np
import pytest

from export import runners
from fgrmer_tf.errors import InputError


@pytest.mark.parametrize("name", ["nothing", "missing.onnx", "missing.tflite"])
def test_what_is_no_model_is_refused(tmp_path, name):
    with pytest.raises(InputError, match=r"SavedModel folder, an \.onnx file"):
        runners.load(tmp_path / name)


def test_a_saved_model_tells_its_card(exported):
    told = runners.ask_card(exported.out / "savedmodel/1")
    assert told["model_id"] == exported.record["model_id"]
    assert told["licence"] == "research only"


def test_eight_bit_inputs_are_rounded_and_cut_off():
    details = {"dtype": np.int8, "quantization": (0.5, 3)}
    values = np.array([0, 0.2, 0.3, -1, 1000, -1000], np.float32)
    numbers = runners._quantized(values, details)
    assert numbers.dtype == np.int8
    assert numbers.tolist() == [3, 3, 4, 1, 127, -128]
    restored = runners._restored(numbers, details)
    assert restored.tolist() == [0, 0, 0.5, -1, 62, -65.5]
