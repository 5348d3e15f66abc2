"""The score on true labels is high, on labels shuffled within subjects at chance."""

import dataclasses
import json

import numpy as np
import pytest

from fgrmer_tf.cli.main import main
from input_pipeline import feature_store
from tests.support.tables import make_table

SUBJECTS, CLIPS = 8, 72


def learnable_table():
    """A pattern a class, in noise, the same for every subject."""
    plain = make_table(clips=CLIPS, subjects=SUBJECTS)
    random = np.random.default_rng(11)
    label = random.permutation(plain.label)
    patterns = random.normal(size=(3, *plain.patches.shape[1:]))
    patches = plain.patches + 0.7 * patterns[label].astype(np.float32)
    return dataclasses.replace(plain, label=label, patches=patches)


@pytest.mark.parametrize(
    ("options", "low", "high"), [([], 0.9, 1.0), (["--shuffle-labels"], 0.0, 0.45)]
)
def test_only_true_labels_can_be_learned(tmp_path, options, low, high):
    store, run = tmp_path / "store", tmp_path / "run"
    store.mkdir()
    feature_store.write(store, learnable_table(), key="k", settings={})
    arguments = ["--store", str(store), "--out", str(run), "--epochs", "20"]
    fast = ["--learning-rate", "1e-3", "--no-mirror"]
    assert main(["evaluate", *arguments, *fast, *options]) == 0
    metrics = json.loads((run / "metrics.json").read_text())
    assert low <= metrics["full"]["uf1"] <= high
    said = "Labels were shuffled" in (run / "report.html").read_text()
    assert said == bool(options)
