import pytest

from export.clips import Clips
from export.exporter import export_model
from export.settings import ExportSettings
from fgrmer_tf.errors import InputError


def test_a_model_of_flow_has_no_bundle(evidence, tmp_path):
    with pytest.raises(InputError, match=r"motion `magnet`.*'farneback'"):
        export_model(
            evidence.model,
            evidence.constants,
            tmp_path / "out",
            clips=Clips(patches=evidence.clips, label=None, origin="a test"),
            settings=ExportSettings(formats=("onnx",), edge=True),
        )
    assert list(tmp_path.iterdir()) == []
