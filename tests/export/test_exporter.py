import json
import shutil

import keras
import numpy as np
import onnx
import pytest

from export import exporter, onnx_model
from export.errors import ExportError
from export.exporter import export_model
from export.serving_graph import ServingConstants
from fgrmer_tf.errors import InputError

write_onnx = onnx_model.write


def export(case, out, formats=("onnx",), **arguments):
    arguments = {"inputs": case.clips} | arguments
    return export_model(case.model, case.constants, out, formats=formats, **arguments)


def test_every_format_is_written_and_compared(exported):
    assert {path.name for path in exported.out.iterdir()} == {
        "savedmodel",
        "model.onnx",
        "model.tflite",
        "manifest.json",
    }
    seen = exported.record["differences"]
    assert {name: list(found) for name, found in seen.items()} == {
        "savedmodel": ["patches", "serving_default"],
        "onnx": ["patches"],
        "litert": ["patches"],
    }
    for found in seen.values():
        for batches in found.values():
            assert list(batches) == ["1", "5", "64"]
            for values in batches.values():
                assert set(values) == {"logits", "probabilities"}
                assert max(values.values()) <= 1e-5


def test_progress_names_each_step(exported):
    assert exported.lines == [
        f"{step} {path}{end}"
        for path in ("savedmodel/1", "model.onnx", "model.tflite")
        for step, end in (
            ("Writing", ""),
            ("Comparing", " with Keras in a fresh process"),
        )
    ]


def test_nothing_is_left_beside_the_export(exported):
    assert [path.name for path in exported.out.parent.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["constant", "learned"])
def test_other_models_export_to_onnx_and_litert(request, name, tmp_path):
    case = request.getfixturevalue(name)
    record = export(case, tmp_path / "out", formats=("litert", "onnx"))
    assert list(record["differences"]) == ["litert", "onnx"]
    assert record["class_names"] == list(case.constants.class_names)


def wrong_weight(graph, path, metadata):
    """Writes the model with one weight off by a thousandth."""
    write_onnx(graph, path, metadata)
    model = onnx.load(path)
    bias = next(
        entry
        for entry in model.graph.initializer
        if entry.data_type == onnx.TensorProto.FLOAT
        and list(entry.dims) == [graph.num_classes]
    )
    values = onnx.numpy_helper.to_array(bias) + np.array([1e-3, 0, 0], np.float32)
    bias.CopyFrom(onnx.numpy_helper.from_array(values, bias.name))
    onnx.save(model, path)


def test_a_wrong_artefact_is_caught_and_deleted(evidence, tmp_path, monkeypatch):
    monkeypatch.setattr(exporter.onnx_model, "write", wrong_weight)
    with pytest.raises(ExportError, match=r"batch 1 differs .*'logits': 0\.000"):
        export(evidence, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_replacement_leaves_the_old_export(
    evidence, exported, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    shutil.copytree(exported.out, out)
    before = (out / "manifest.json").read_bytes()
    monkeypatch.setattr(exporter.onnx_model, "write", wrong_weight)
    with pytest.raises(ExportError):
        export(evidence, out, replace=True)
    assert (out / "manifest.json").read_bytes() == before
    assert (out / "model.onnx").is_file()
    assert list(tmp_path.iterdir()) == [out]


def dense_model(activation, bias):
    patches = keras.Input((30, 7, 7, 1), name="patches")
    features = keras.layers.Flatten()(patches)
    logits = keras.layers.Dense(2, activation=activation, bias_initializer=bias)
    return keras.Model({"patches": patches}, {"logits": logits(features)})


@pytest.mark.parametrize(
    ("model", "message"),
    [
        # tf2onnx has no mapping for the exact GELU: it logs that, and writes a file.
        (lambda: dense_model(keras.activations.gelu, "zeros"), "(?s)full check.*Erfc"),
        (lambda: dense_model(None, keras.initializers.Constant(np.nan)), "nan"),
    ],
    ids=["operator without a mapping", "weights not finite"],
)
def test_a_model_that_cannot_be_exported_leaves_nothing(tmp_path, model, message):
    constants = ServingConstants(
        class_names=("a", "b"), au_embeddings=None, au_evidence=False, preprocessing={}
    )
    clips = np.ones((3, 30, 7, 7, 1), np.float32)
    with pytest.raises(ExportError, match=message):
        export_model(
            model(), constants, tmp_path / "out", formats=("onnx",), inputs=clips
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"formats": ()}, "at least one"),
        ({"formats": ("onnx", "onnx")}, "at most once"),
        ({"formats": ("onnx", "pdf")}, r"savedmodel, onnx, litert .*'pdf'"),
        ({"inputs": np.ones((2, 30, 7, 7, 1), np.float32)}, r"30, 7, 7, 3\)"),
        ({"inputs": np.ones((2, 30, 7, 7, 3))}, "float64"),
        ({"inputs": np.ones((0, 30, 7, 7, 3), np.float32)}, "at least one clip"),
        ({"inputs": np.ones((30, 7, 7, 3), np.float32)}, "batch, 30"),
        ({"inputs": np.full((2, 30, 7, 7, 3), np.inf, np.float32)}, "in 2 of 2 clips"),
    ],
)
def test_wrong_arguments_are_refused(evidence, tmp_path, wrong, message):
    with pytest.raises(InputError, match=message):
        export(evidence, tmp_path / "out", **wrong)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_refused(evidence, tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(InputError, match="must not exist yet"):
        export(evidence, tmp_path)
    with pytest.raises(InputError, match="Only an export may be replaced"):
        export(evidence, tmp_path, replace=True)
    assert (tmp_path / "thesis.docx").read_text() == "years of work"


def test_the_manifest_on_disk_is_the_one_returned(exported):
    assert json.loads((exported.out / "manifest.json").read_text()) == exported.record
