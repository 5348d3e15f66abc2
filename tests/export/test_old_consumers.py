"""The SavedModel in TensorFlow 2.15, scored by tensorflow-addons: `make test-old`."""

import dataclasses
import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from export import saved_model
from export.core import fold
from export.serving_graph import ServingGraph, model_inputs
from export.serving_module import ServingModule
from fgrmer_tf.evaluation.metrics import confusion_matrix, uf1

ROOT = Path(__file__).resolve().parents[2]
OLD = ROOT / ".venv-old"
CONSUMER = ROOT / "tests/support/old_consumer.py"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (OLD / "installed").exists(),
        reason="no environment with TensorFlow 2.15 and tensorflow-addons 0.23; "
        "`make test-old` makes it (Python 3.11 or before, 1.3 GB)",
    ),
]


@pytest.mark.parametrize("case", ["evidence", "framed"])
def test_an_old_consumer_gets_our_numbers_and_our_score(case, card, request, tmp_path):
    trained = request.getfixturevalue(case)
    names = trained.constants.class_names
    card = dataclasses.replace(card, preprocessing=trained.constants.preprocessing)
    core = fold(ServingGraph(trained.model, trained.constants))
    module = ServingModule(core.graph, card)
    saved_model.write(module, card, tmp_path / "model")
    inputs = model_inputs(trained.constants, tf.constant(trained.clips))
    logits = trained.model(inputs)["logits"].numpy()
    # Some labels that the model does not give, or every score would be 1.
    label = np.arange(len(logits)) % len(names)
    np.savez(tmp_path / "clips.npz", patches=trained.clips, label=label)

    command = [OLD / "bin/python", CONSUMER, tmp_path / "model", tmp_path / "clips.npz"]
    # Nothing of this project, nor of its environment, is to be found.
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "CUDA_VISIBLE_DEVICES": "-1"},
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])

    assert [version[:4] for version in said["versions"]] == ["2.15", "0.23"]
    assert said["signatures"] == sorted(module.served)
    np.testing.assert_allclose(said["logits"], logits, atol=1e-5 * abs(logits).max())
    softmax = tf.nn.softmax(logits).numpy()
    np.testing.assert_allclose(said["probabilities"], softmax, atol=1e-5)
    np.testing.assert_allclose(said["scores"], softmax, atol=1e-5)
    predicted = logits.argmax(axis=1)
    assert said["label"] == [names[of] for of in predicted]
    ours = float(uf1(confusion_matrix(label, predicted, len(names))))
    assert 0 < ours < 1
    assert said["macro_f1"] == pytest.approx(ours, abs=1e-6)
