import shutil

import numpy as np
import pytest

from export import runners
from fgrmer_tf.errors import InputError


@pytest.mark.parametrize("artefact", ["onnx", "litert", "savedmodel"])
def test_an_export_runs_and_knows_its_classes(exported, evidence, artefact):
    opened = runners.open_export(exported.out, artefact)
    outputs = opened.run(evidence.clips)
    assert outputs["probabilities"].shape == (11, 3)
    np.testing.assert_allclose(outputs["probabilities"].sum(axis=1), 1, atol=1e-6)
    assert opened.class_names == evidence.constants.class_names
    assert opened.preprocessing == evidence.constants.preprocessing
    if artefact == "savedmodel":
        best = outputs["probabilities"].argmax(axis=1)
        assert outputs["label"].tolist() == [opened.class_names[row] for row in best]


def test_the_runtime_that_starts_fastest_is_taken(exported, monkeypatch):
    monkeypatch.setattr(runners, "_onnx", lambda path: path.name)
    assert runners.open_export(exported.out).run == "model.onnx"


def test_a_format_that_is_not_there_is_refused(exported, tmp_path):
    text = (exported.out / "manifest.json").read_text()
    text = text.replace('"litert"\n  ]', '"onnx"\n  ]')
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputError, match=r"'litert'; .* holds .'savedmodel', 'onnx'"):
        runners.open_export(tmp_path, "litert")


def test_a_changed_file_is_refused(exported, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(exported.out, out)
    data = bytearray((out / "model.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (out / "model.onnx").write_bytes(data)
    with pytest.raises(InputError, match=r"changed .*: model\.onnx"):
        runners.open_export(out)


@pytest.mark.parametrize("name", ["nothing", "missing.onnx", "missing.tflite"])
def test_what_is_no_model_is_refused(tmp_path, name):
    with pytest.raises(InputError, match=r"SavedModel folder, an \.onnx file"):
        runners.load(tmp_path / name)
