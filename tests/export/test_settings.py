import pytest

from export.settings import ExportSettings
from fgrmer_tf.errors import InputError


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"formats": ()}, "at least one"),
        ({"formats": ("onnx", "onnx")}, "at most once"),
        ({"formats": ("onnx", "pdf")}, r"savedmodel, onnx, litert, .*'pdf'"),
        ({"opset": 12}, "from 13 to 18. Received: 12"),
        ({"opset": 19}, "from 13 to 18. Received: 19"),
    ],
)
def test_wrong_settings_are_refused(wrong, message):
    with pytest.raises(InputError, match=message):
        ExportSettings(**wrong)


def test_three_formats_are_written_unasked():
    assert ExportSettings().formats == ("savedmodel", "onnx", "litert")
