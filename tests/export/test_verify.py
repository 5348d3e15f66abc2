import dataclasses
from pathlib import Path

import numpy as np
import pytest

from export import fresh_process, structure, verify
from export.clips import Clips
from export.errors import ExportError
from export.reference import BATCHES, Reference
from export.signature import ARTEFACTS, Format, signatures

NAMES = ("positive", "negative", "überrascht")


@pytest.fixture
def expected(evidence):
    random = np.random.default_rng(5)
    logits = random.normal(size=(64, 3)).astype(np.float32)
    exponential = np.exp(logits.astype(np.float64))
    probabilities = exponential / exponential.sum(axis=1, keepdims=True)
    label = logits[:11].argmax(axis=1)
    return Reference(
        patches=random.normal(size=(64, 30, 7, 7, 3)).astype(np.float32),
        logits=logits,
        probabilities=probabilities,
        evaluation=Clips(patches=evidence.clips, label=label, origin="a test"),
        evaluated=probabilities[:11],
    )


def answers_of(expected, card):
    values = {
        "logits": expected.logits,
        "probabilities": expected.probabilities,
        "label": np.asarray(NAMES)[expected.logits.argmax(axis=1)],
        "scores": expected.probabilities,
        "classes": np.tile(NAMES, (64, 1)),
    }
    outputs = ("logits", "probabilities", "label")
    given = {
        "patches": outputs,
        "serving_default": outputs,
        "classify": ("scores", "classes"),
    }
    answers = {
        f"{name}/{batch}/{output}": values[output][:batch].copy()
        for name, outputs in given.items()
        for batch in BATCHES
        for output in outputs
    }
    told = {f"card/{name}": np.array(text) for name, text in card.texts().items()}
    return answers | told | {"warmup_requests": np.array(8)}


@pytest.fixture
def answering(monkeypatch, expected, card):
    """Verifies answers that are told, in place of an artefact."""

    def check(answers, artefact: Format = "savedmodel", stated=card):
        described = structure.Structure(
            signatures=signatures(artefact, channels=3, num_classes=3),
            card=stated.texts(),
            counts={"operators": 7},
        )
        monkeypatch.setattr(structure, "describe", lambda *_, **__: described)
        monkeypatch.setattr(verify, "_replay", lambda *arguments: answers)
        return verify.verify(artefact, Path("unused"), expected, card, opset=17)

    return check


@pytest.fixture
def answers(expected, card):
    return answers_of(expected, card)


def test_equal_answers_pass(answering, answers):
    record = answering(answers)
    assert record["warmup_requests"] == 8
    assert record["structure"] == {"operators": 7}
    assert record["differences"]["serving_default"]["64"] == {
        "logits": 0.0,
        "probabilities": 0.0,
    }
    assert list(record["differences"]) == ["patches", "serving_default", "classify"]


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("error", [2e-5, np.nan])
@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("patches", "logits"),
        ("patches", "probabilities"),
        ("serving_default", "logits"),
        ("classify", "scores"),
    ],
)
def test_one_wrong_number_is_caught(
    answering, answers, expected, name, batch, output, error
):
    largest = np.abs(expected.logits).max() if output == "logits" else 1.0
    answers[f"{name}/{batch}/{output}"][-1, 0] += error * max(1.0, largest)
    with pytest.raises(ExportError, match=f"`{name}` at batch {batch} differs"):
        answering(answers)


def test_half_precision_may_differ_a_little_more(answering, answers):
    answers["patches/5/probabilities"][4, 0] += 1e-3
    answers["patches/5/logits"][4, 0] += 3e-3
    answering(answers, "litert-float16")
    answers["patches/5/probabilities"][4, 0] += 2e-3
    with pytest.raises(ExportError, match=r"at most .'probabilities': 0\.002"):
        answering(answers, "litert-float16")


@pytest.mark.parametrize("artefact", ["litert-dynamic", "litert-int8"])
def test_eight_bits_are_judged_by_their_score(answering, answers, expected, artefact):
    answers["patches/5/probabilities"][4] += 0.3
    answers["evaluated"] = expected.evaluated.copy()
    record = answering(answers, artefact)
    assert record["quality"]["loss"] == 0
    assert record["quality"]["clips_of"] == "a test"
    answers["evaluated"][:3] = 1 - answers["evaluated"][:3]
    with pytest.raises(ExportError, match="Macro F1 falls"):
        answering(answers, artefact)


def test_eight_bits_may_not_answer_with_what_is_no_number(answering, answers, expected):
    answers["evaluated"] = expected.evaluated
    answers["patches/5/logits"][4, 0] = np.nan
    with pytest.raises(ExportError, match=r"differs from Keras by .*nan"):
        answering(answers, "litert-int8")


def test_logits_are_compared_by_their_size(answering, answers, expected):
    expected.logits[:] *= 1e3
    for key in answers:
        if key.endswith("logits"):
            answers[key] *= 1e3 * (1 + 5e-6)
    answering(answers)


def test_a_missing_row_is_caught(answering, answers):
    answers["patches/5/logits"] = answers["patches/5/logits"][:1]
    with pytest.raises(ExportError, match="inf"):
        answering(answers)


@pytest.mark.parametrize(
    ("key", "name"), [("patches/1/label", "label"), ("classify/5/classes", "classes")]
)
def test_a_wrong_name_is_caught(answering, answers, key, name):
    answers[key][..., -1] = "neither"
    with pytest.raises(ExportError, match=f"`{name}` must name the classes"):
        answering(answers)


def test_another_card_is_caught(answering, answers, card):
    other = dataclasses.replace(card, licence="anything goes")
    with pytest.raises(ExportError, match="card inside must be"):
        answering(answers, stated=other)
    answers["card/licence"] = np.array("anything goes")
    with pytest.raises(ExportError, match="card inside must be"):
        answering(answers)


def test_wrong_names_are_caught(exported, expected, card):
    path = exported.out / ARTEFACTS["onnx"]
    with pytest.raises(ExportError, match="litert-int8: names, shapes or dtypes"):
        verify.verify(
            "litert-int8", exported.out / ARTEFACTS["litert"], expected, card, opset=17
        )
    with pytest.raises(ExportError, match="opset 16"):
        verify.verify("onnx", path, expected, card, opset=16)


def test_what_does_not_run_is_caught(tmp_path, monkeypatch, expected, card):
    described = structure.Structure(
        signatures=signatures("onnx", channels=3, num_classes=3),
        card=card.texts(),
        counts={},
    )
    monkeypatch.setattr(structure, "describe", lambda *_, **__: described)
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ExportError, match=r"(?s)Running model.onnx.*InvalidProtobuf"):
        verify.verify("onnx", path, expected, card, opset=17)


def test_the_evaluation_set_is_run_whole(monkeypatch, expected, card, tmp_path):
    seen = {}

    def answer(module, request, what, timeout):
        with np.load(request["inputs"]) as arrays:
            seen.update({name: len(value) for name, value in arrays.items()})
        np.savez(request["outputs"], evaluated=expected.evaluated)

    monkeypatch.setattr(fresh_process, "run", answer)
    verify._replay("litert-int8", tmp_path, expected, ["patches"])
    assert seen == {"patches": 64, "evaluation": 11}
