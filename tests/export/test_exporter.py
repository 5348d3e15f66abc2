import json
import shutil

import keras
import numpy as np
import onnx
import pytest
import tensorflow as tf

from export import fresh_process
from export.clips import Clips
from export.errors import ExportError
from export.exporter import export_model
from export.serving_graph import ServingConstants
from export.settings import ExportSettings
from export.signature import ARTEFACTS, QUANTIZED
from fgrmer_tf.errors import InputError

run = fresh_process.run


def export(case, out, formats=("onnx",), opset=17, **arguments):
    return export_model(
        case.model,
        case.constants,
        out,
        settings=ExportSettings(formats=formats, opset=opset),
        **{"clips": case.stored} | arguments,
    )


def test_every_format_is_written_and_compared(exported):
    assert {path.name for path in exported.out.iterdir()} == {
        "savedmodel",
        "model.onnx",
        "model.tflite",
        "model.float16.tflite",
        "model.dynamic.tflite",
        "model.int8.tflite",
        "manifest.json",
    }
    seen = exported.record["verified"]
    assert list(seen["savedmodel"]["differences"]) == [
        "patches",
        "serving_default",
        "classify",
    ]
    for name, found in seen.items():
        for batches in found["differences"].values():
            assert list(batches) == ["1", "5", "64"]
            for values in batches.values():
                assert values.keys() in ({"logits", "probabilities"}, {"scores"})
                if name == "litert-float16":
                    assert values["probabilities"] <= 2e-3
                elif name not in QUANTIZED:
                    assert max(values.values()) <= 1e-5


@pytest.mark.parametrize("name", QUANTIZED)
def test_eight_bit_formats_are_scored_by_class(exported, name):
    quality = exported.record["verified"][name]["quality"]
    assert quality["clips"] == 11
    assert quality["clips_of"] == "drawn clips"
    assert quality["loss"] < 0.02
    assert list(quality["f1_per_class"]) == ["positive", "negative", "überrascht"]


def test_the_manifest_says_what_folding_saved(exported):
    graph = exported.record["graph"]
    for what in ("operators", "numbers"):
        assert graph["after_folding"][what] < graph["before_folding"][what]


def test_the_manifest_is_a_validation(exported):
    assert exported.record["validation"] == {"passed": True}
    assert exported.record["tolerance"]["litert-float16"] == {"probabilities": 2e-3}


def test_what_no_artefact_answers_is_said(exported):
    signatures = exported.record["signatures"]["savedmodel"]
    assert "frames" not in signatures
    assert "optical flow" in exported.record["left_out"]["frames"]


def test_progress_names_each_step(exported):
    assert sorted(exported.lines) == sorted(
        f"{step} {path}{end}"
        for path in ARTEFACTS.values()
        for step, end in (
            ("Writing", ""),
            ("Comparing", " with Keras in a fresh process"),
        )
    )


def test_nothing_is_left_beside_the_export(exported):
    assert [path.name for path in exported.out.parent.iterdir()] == ["out"]


def test_no_file_knows_where_it_was_made(exported):
    folder = str(exported.out.parents[1]).encode()
    project = str(__file__).partition("/tests/")[0].encode()
    for path in exported.out.rglob("*"):
        if path.is_file() and path.name != "manifest.json":
            data = path.read_bytes()
            assert folder not in data
            assert project not in data


@pytest.mark.parametrize(
    ("name", "artefact"), [("constant", "onnx"), ("learned", "litert")]
)
def test_other_models_export_too(request, name, artefact, tmp_path):
    case = request.getfixturevalue(name)
    record = export(case, tmp_path / "out", formats=(artefact,), opset=15)
    assert list(record["verified"]) == [artefact]
    assert record["class_names"] == list(case.constants.class_names)
    if artefact == "onnx":
        opset = onnx.load(tmp_path / "out/model.onnx").opset_import[0]
        assert opset.version == 15


def wrong_weight(module, request, what, timeout):
    """Writes the model with one weight off by a thousandth."""
    run(module, request, what, timeout)
    if module != "export.build":
        return
    model = onnx.load(request["path"])
    bias = next(
        entry
        for entry in model.graph.initializer
        if entry.data_type == onnx.TensorProto.FLOAT and list(entry.dims) == [3]
    )
    values = onnx.numpy_helper.to_array(bias) + np.array([1e-3, 0, 0], np.float32)
    bias.CopyFrom(onnx.numpy_helper.from_array(values, bias.name))
    onnx.save(model, request["path"])


def test_a_wrong_artefact_is_caught_and_deleted(evidence, tmp_path, monkeypatch):
    monkeypatch.setattr(fresh_process, "run", wrong_weight)
    with pytest.raises(ExportError, match=r"batch 1 differs .*'logits': 0\.000[1-9]"):
        export(evidence, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_replacement_leaves_the_old_export(
    evidence, exported, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    shutil.copytree(exported.out, out)
    before = (out / "manifest.json").read_bytes()
    monkeypatch.setattr(fresh_process, "run", wrong_weight)
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
    patches = np.ones((3, 30, 7, 7, 1), np.float32)
    with pytest.raises(ExportError, match=message):
        export_model(
            model(),
            constants,
            tmp_path / "out",
            clips=Clips(patches=patches, label=None, origin="a test"),
            settings=ExportSettings(formats=("onnx",)),
        )
    assert list(tmp_path.iterdir()) == []


def test_clips_must_go_with_the_model(evidence, constant, tmp_path):
    for arguments in ({"clips": constant.stored}, {"evaluation": constant.stored}):
        with pytest.raises(InputError, match=r"clips of shape \(30, 7, 7, 3\)"):
            export(evidence, tmp_path / "out", **arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", QUANTIZED)
def test_eight_bits_need_labels(evidence, tmp_path, name):
    clips = Clips(patches=evidence.clips, label=None, origin="a test")
    with pytest.raises(InputError, match=f"stored clips with labels.*{name}"):
        export(evidence, tmp_path / "out", formats=(name,), clips=clips)


def test_an_existing_folder_is_refused(evidence, tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(InputError, match="must not exist yet"):
        export(evidence, tmp_path)
    with pytest.raises(InputError, match="Only an export may be replaced"):
        export(evidence, tmp_path, replace=True)
    assert (tmp_path / "thesis.docx").read_text() == "years of work"


def test_the_manifest_on_disk_is_the_one_returned(exported):
    assert json.loads((exported.out / "manifest.json").read_text()) == exported.record


@pytest.mark.slow
def test_a_second_run_gives_the_same_bytes(evidence, exported, tmp_path):
    out = tmp_path / "again"
    export_model(
        evidence.model,
        evidence.constants,
        out,
        clips=evidence.stored,
        settings=ExportSettings(
            formats=("savedmodel", "onnx", "litert", "litert-int8"),
            licence="research only",
        ),
    )
    compared = [path for path in out.rglob("*") if path.is_file()]
    # TensorFlow draws an identifier for every SavedModel that it writes, and the
    # manifest lists the file that holds it.
    different = {
        path.relative_to(out).as_posix()
        for path in compared
        if path.read_bytes() != (exported.out / path.relative_to(out)).read_bytes()
    }
    assert different <= {"manifest.json", "savedmodel/1/fingerprint.pb"}
    marks = [
        tf.saved_model.experimental.read_fingerprint(str(folder / "savedmodel/1"))
        for folder in (out, exported.out)
    ]
    assert marks[0].signature_def_hash == marks[1].signature_def_hash
