import dataclasses
import json

import keras
import numpy as np
import pytest

from export.serving_graph import ServingConstants
from fgrmer_tf.cli.explain import Explain
from fgrmer_tf.cli.trained import save_constants
from fgrmer_tf.config import ModelConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.models.fgrmer import build_fgrmer
from fgrmer_tf.spec import MEGC2019_CLASSES, NUM_AUS
from input_pipeline import feature_store
from tests.support.tables import make_table


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A saved model `run` that nothing was taught, and a `store` for it."""
    folder = tmp_path_factory.mktemp("explain")
    keras.utils.set_random_seed(3)
    model = build_fgrmer(**dataclasses.asdict(ModelConfig()))
    (folder / "run").mkdir()
    model.save(folder / "run" / "model.keras")
    constants = ServingConstants(
        class_names=MEGC2019_CLASSES,
        au_embeddings=np.eye(NUM_AUS, dtype=np.float32),
        au_evidence=True,
        preprocessing={"imported_from": "a.npz"},
    )
    save_constants(folder / "run", constants)
    (folder / "store").mkdir()
    feature_store.write(folder / "store", make_table(clips=7), key="k", settings={})
    return folder


def test_a_store_is_explained_with_pictures_and_numbers(folder, tmp_path):
    out = tmp_path / "out"
    Explain(model=folder / "run", store=folder / "store", out=out).run()
    page = (out / "explanation.html").read_text()
    assert page.count("<svg") == 3
    assert "7 clips of store" in page
    for name in ("attention", "relevance", "graph"):
        assert (out / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    values = json.loads((out / "explanation.json").read_text())
    assert np.shape(values["attention"]) == (7, 30)
    sums = np.sum(values["relevance"], axis=2) + values["rest"]
    np.testing.assert_allclose(sums, values["logits"], atol=1e-5)


def test_another_label_set_is_refused(folder, tmp_path):
    store = tmp_path / "store"
    store.mkdir()
    table = make_table(clips=5, class_names=("a", "b", "c"))
    feature_store.write(store, table, key="k", settings={})
    with pytest.raises(InputError, match="must have the same classes"):
        Explain(model=folder / "run", store=store, out=tmp_path / "out").run()


def test_frames_need_a_model_that_was_made_from_frames(folder, tmp_path):
    frame = tmp_path / "a.png"
    options = {"onset": frame, "apex": frame, "out": tmp_path / "out"}
    with pytest.raises(InputError, match=r"a\.png|imported features"):
        Explain(model=folder / "run", **options).run()


@pytest.mark.parametrize(
    "given", [[], ["onset"], ["apex"], ["onset", "store"], ["onset", "apex", "store"]]
)
def test_what_to_explain_must_be_said_once(tmp_path, given):
    options = dict.fromkeys(given, tmp_path)
    with pytest.raises(InputError, match="Say what to explain"):
        Explain(model=tmp_path, out=tmp_path, **options).run()
