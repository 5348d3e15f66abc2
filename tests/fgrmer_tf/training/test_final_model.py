import json

import keras
import numpy as np
import pytest

from fgrmer_tf.training.final_model import train_final
from fgrmer_tf.training.run_folder import RunFolder
from tests.fgrmer_tf.training import small_run


@pytest.fixture
def train():
    table = small_run.make_table()
    return small_run.make_fold_data(table)(small_run.make_folds(table)[0]).train


def test_the_model_is_kept_without_its_optimizer_and_predicts_the_same(tmp_path, train):
    trainer, features = small_run.make_trainer(), {"patches": np.ones((5, 2, 3, 3, 1))}
    seen = []
    with RunFolder(tmp_path, {}) as run:
        history = train_final(
            trainer, train, None, run, on_epoch=lambda *e: seen.append(e)
        )
    assert history["seed"] == small_run.SEED
    assert seen == list(enumerate(history["loss"], start=1))
    assert json.loads((tmp_path / "history.json").read_text()) == history
    kept = keras.models.load_model(
        tmp_path / "model.keras", custom_objects={"Counted": small_run.Counted}
    )
    assert not kept.compiled
    np.testing.assert_array_equal(
        kept(features)["logits"], trainer.model(features)["logits"]
    )
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        *("model.keras", "history.json"),
        *("config.json", "versions.json", "folds.jsonl", ".lock"),
    }


def test_a_model_that_is_there_is_not_trained_again(tmp_path, train, monkeypatch):
    with RunFolder(tmp_path, {}) as run:
        first = train_final(small_run.make_trainer(epochs=1), train, None, run)
        content = (tmp_path / "model.keras").read_bytes()
        monkeypatch.setattr("fgrmer_tf.training.fold_trainer.FoldTrainer.fit", None)
        assert train_final(small_run.make_trainer(), train, None, run) == first
    assert (tmp_path / "model.keras").read_bytes() == content
