import json

import keras
import numpy as np

from fgrmer_tf.training.final_model import train_final
from fgrmer_tf.training.run_folder import RunFolder
from tests.fgrmer_tf.training import small_run


def test_the_model_is_kept_without_its_optimizer_and_predicts_the_same(tmp_path):
    features = {"patches": np.ones((5, 2, 3, 3, 1))}
    keras.utils.set_random_seed(1)
    model = small_run.make_model()
    with RunFolder(tmp_path, {}) as run:
        history = train_final(lambda: (model, (0.5, 0.25)), 7, run)
    assert history["seed"] == 7
    assert history["loss"] == [0.5, 0.25]
    assert json.loads((tmp_path / "history.json").read_text()) == history
    kept = keras.models.load_model(
        tmp_path / "model.keras", custom_objects={"Counted": small_run.Counted}
    )
    assert not kept.compiled
    np.testing.assert_array_equal(kept(features)["logits"], model(features)["logits"])
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        *("model.keras", "history.json"),
        *("config.json", "versions.json", "folds.jsonl", ".lock"),
    }


def test_a_model_that_is_there_is_not_trained_again(tmp_path):
    with RunFolder(tmp_path, {}) as run:
        first = train_final(lambda: (small_run.make_model(), (1.0,)), 7, run)
        content = (tmp_path / "model.keras").read_bytes()
        assert train_final(lambda: 1 / 0, 7, run) == first
    assert (tmp_path / "model.keras").read_bytes() == content
