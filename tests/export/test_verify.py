import dataclasses
from pathlib import Path

import numpy as np
import pytest

from export import fresh_process, structure
from export.clips import Clips
from export.errors import ExportError
from export.reference import BATCHES, Reference
from export.signature import ARTEFACTS, Format, signatures
from export.verify import verify

NAMES = ("positive", "negative", "überrascht")


def wanted(artefact):
    return signatures(artefact, channels=3, num_classes=3)


@pytest.fixture
def expected(evidence):
    random = np.random.default_rng(5)
    logits = random.normal(size=(64, 3)).astype(np.float32)
    exponential = np.exp(logits.astype(np.float64))
    probabilities = exponential / exponential.sum(axis=1, keepdims=True)
    label = logits[:11].argmax(axis=1)
    return Reference(
        inputs=random.normal(size=(64, 30, 7, 7, 3)).astype(np.float32),
        batches=BATCHES,
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

    def check(answers, artefact: Format = "savedmodel", stated=card, asked=None):
        described = structure.Structure(
            signatures=wanted(artefact),
            card=stated.texts(),
            counts={"operators": 7},
        )
        monkeypatch.setattr(structure, "describe", lambda *_, **__: described)
        asked = asked or (lambda *_, **__: answers)
        monkeypatch.setattr(fresh_process, "answers", asked)
        return verify(
            artefact, Path("unused"), expected, card, wanted(artefact), opset=17
        )

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
    path, lite = (exported.out / ARTEFACTS[name] for name in ("onnx", "litert"))
    with pytest.raises(ExportError, match="litert-int8: names, shapes or dtypes"):
        verify("litert-int8", lite, expected, card, wanted("litert-int8"), opset=17)
    with pytest.raises(ExportError, match="opset 16"):
        verify("onnx", path, expected, card, wanted("onnx"), opset=16)


def test_what_does_not_run_is_caught(tmp_path, monkeypatch, expected, card):
    described = structure.Structure(
        signatures=wanted("onnx"),
        card=card.texts(),
        counts={},
    )
    monkeypatch.setattr(structure, "describe", lambda *_, **__: described)
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ExportError, match=r"(?s)Running model.onnx.*InvalidProtobuf"):
        verify("onnx", path, expected, card, wanted("onnx"), opset=17)


@pytest.mark.parametrize(
    ("artefact", "sizes"),
    [("litert", {"inputs": 64}), ("litert-int8", {"inputs": 64, "evaluation": 11})],
)
def test_the_evaluation_set_is_run_whole_for_8_bits(
    answering, answers, expected, artefact, sizes
):
    seen = {}

    def asked(module, path, inputs, **request):
        seen.update({name: len(value) for name, value in inputs.items()})
        return answers | {"evaluated": expected.evaluated}

    answering(answers | {"evaluated": expected.evaluated}, artefact, asked=asked)
    assert seen == sizes
