from pathlib import Path

import numpy as np
import pytest

from export import structure, verify
from export.errors import ExportError
from export.signature import Format, signatures

NAMES = ("a", "b")
WANTED = signatures("savedmodel", channels=1, num_classes=2)


@pytest.fixture
def clips():
    return np.random.default_rng(3).normal(size=(64, 30, 7, 7, 1)).astype(np.float32)


@pytest.fixture
def expected():
    logits = np.random.default_rng(5).normal(size=(64, 2)).astype(np.float32)
    exponential = np.exp(logits)
    return {
        "logits": logits,
        "probabilities": exponential / exponential.sum(axis=1, keepdims=True),
    }


def answers_of(expected):
    return {
        f"{name}/{batch}/{output}": value[:batch].copy()
        for name in WANTED
        for batch in verify.BATCHES
        for output, value in (
            expected | {"label": np.asarray(NAMES)[expected["logits"].argmax(axis=1)]}
        ).items()
    }


def run(clips, expected, artefact: Format = "savedmodel", path=Path("unused")):
    return verify.verify(
        artefact,
        path,
        patches=clips,
        expected=expected,
        channels=1,
        class_names=NAMES,
    )


@pytest.fixture
def answering(monkeypatch, clips, expected):
    """Verifies answers that are told, in place of an artefact."""

    def check(answers):
        monkeypatch.setattr(structure, "describe", lambda artefact, path: WANTED)
        monkeypatch.setattr(verify, "_replay", lambda *arguments: answers)
        return run(clips, expected)

    return check


def test_equal_answers_pass(answering, expected):
    seen = answering(answers_of(expected))
    assert seen["serving_default"]["64"] == {"logits": 0.0, "probabilities": 0.0}


@pytest.mark.parametrize("name", ["patches", "serving_default"])
@pytest.mark.parametrize("batch", [1, 5, 64])
@pytest.mark.parametrize("output", ["logits", "probabilities"])
@pytest.mark.parametrize("error", [2e-5, np.nan])
def test_one_wrong_number_is_caught(answering, expected, name, batch, output, error):
    answers = answers_of(expected)
    answers[f"{name}/{batch}/{output}"][-1, 0] += error
    with pytest.raises(ExportError, match=f"`{name}` at batch {batch} differs"):
        answering(answers)


def test_logits_are_compared_by_their_size(answering, expected):
    expected["logits"] *= 1e3
    answers = answers_of(expected)
    for key in answers:
        if key.endswith("logits"):
            answers[key] *= 1 + 5e-6
    answering(answers)


def test_a_missing_row_is_caught(answering, expected):
    answers = answers_of(expected)
    answers["patches/5/logits"] = answers["patches/5/logits"][:1]
    with pytest.raises(ExportError, match="inf"):
        answering(answers)


def test_a_wrong_label_is_caught(answering, expected):
    answers = answers_of(expected)
    answers["patches/1/label"] = np.asarray(["neither"])
    with pytest.raises(ExportError, match="labels must name the largest"):
        answering(answers)


def test_wrong_names_are_caught(exported, clips, expected):
    with pytest.raises(ExportError, match="onnx: names, shapes or dtypes are wrong"):
        run(clips, expected, "onnx", exported.out / "model.onnx")


def test_what_does_not_run_is_caught(tmp_path, monkeypatch, clips, expected):
    wanted = signatures("onnx", channels=1, num_classes=2)
    monkeypatch.setattr(structure, "describe", lambda artefact, path: wanted)
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ExportError, match=r"(?s)could not be run.*InvalidProtobuf"):
        run(clips, expected, "onnx", path)
    monkeypatch.setattr(verify, "_TIMEOUT", 0.01)
    with pytest.raises(ExportError, match="did not answer within"):
        run(clips, expected, "onnx", path)


def test_stored_inputs_are_all_different(clips):
    sample = verify.stored_inputs(clips[:11])
    assert sample.shape == (64, 30, 7, 7, 1)
    assert sample.dtype == np.float32
    assert len(np.unique(sample.reshape(64, -1), axis=0)) == 64
    np.testing.assert_array_equal(sample[:11], clips[:11])
    np.testing.assert_allclose(sample[22], clips[0] / 3, rtol=1e-6)
