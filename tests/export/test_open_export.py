import json
import shutil

import numpy as np
import pytest

from export import open_export as module
from export.open_export import open_export
from export.signature import FORMATS
from fgrmer_tf.errors import InputError


@pytest.mark.parametrize("artefact", FORMATS)
def test_an_export_runs_and_knows_its_classes(exported, evidence, artefact):
    opened = open_export(exported.out, artefact)
    outputs = opened.run(evidence.clips)
    assert outputs["probabilities"].dtype == np.float32
    assert outputs["probabilities"].shape == (11, 3)
    # Each of three 8-bit numbers may be rounded by half a step.
    atol = 1.5 / 256 if artefact == "litert-int8" else 1e-6
    np.testing.assert_allclose(outputs["probabilities"].sum(axis=1), 1, atol=atol)
    assert opened.class_names == evidence.constants.class_names
    assert opened.preprocessing == evidence.constants.preprocessing
    if artefact == "savedmodel":
        best = outputs["probabilities"].argmax(axis=1)
        assert outputs["label"].tolist() == [opened.class_names[row] for row in best]


def test_the_runtime_that_starts_fastest_is_taken(exported, monkeypatch):
    monkeypatch.setattr(module, "load", lambda path, signature: (path.name, signature))
    assert open_export(exported.out).run == ("model.onnx", "patches")


def test_a_format_that_is_not_there_is_refused(exported, tmp_path):
    text = (exported.out / "manifest.json").read_text()
    record = json.loads(text) | {"formats": ["savedmodel", "onnx"]}
    (tmp_path / "manifest.json").write_text(json.dumps(record))
    with pytest.raises(InputError, match=r"'litert'; .* holds .'savedmodel', 'onnx'"):
        open_export(tmp_path, "litert")


def test_a_changed_file_is_refused(exported, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(exported.out, out)
    data = bytearray((out / "model.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (out / "model.onnx").write_bytes(data)
    with pytest.raises(InputError, match=r"changed .*: model\.onnx"):
        open_export(out)
