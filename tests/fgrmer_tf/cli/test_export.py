import json
from types import SimpleNamespace

import numpy as np
import pytest

from fgrmer_tf.cli import trained, transfer_trained
from fgrmer_tf.cli.export import Export
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import MEGC2019_CLASSES
from input_pipeline import feature_store
from tests.support.tables import make_table


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "store"
    path.mkdir()
    feature_store.write(path, make_table(), key="7", settings={})
    return path


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Runs the command up to `export_model`, and gives what that was asked."""
    seen = {}
    quality = {
        "loss": 0.0125,
        "f1_per_class": {
            "surprise": {"keras": 0.75, "artefact": 0.5},
            "negative": {"keras": 0.5, "artefact": 0.7},
        },
    }
    verified = {"differences": {"5": {"logits": 0.037}}, "quality": quality}

    def export_model(model, constants, out, **arguments):
        seen.update(arguments)
        return {"verified": {"litert-int8": verified}}

    model = SimpleNamespace(input={"patches": np.zeros((1, 30, 7, 7, 3))})
    constants = SimpleNamespace(class_names=MEGC2019_CLASSES)
    monkeypatch.setattr(trained, "load_trained", lambda run: (model, constants))
    monkeypatch.setattr("export.exporter.export_model", export_model)

    def run(trained_on="7", **options):
        (tmp_path / "config.json").write_text(json.dumps({"store": trained_on}))
        Export(source=tmp_path, out=tmp_path / "out", **options).run()
        return SimpleNamespace(**seen)

    return run


def test_clips_of_the_training_are_compared_and_told(asked, store):
    wanted = asked(store=store)
    assert wanted.clips.origin == "clips of the training, store 7"
    assert len(wanted.clips.patches) == 13
    np.testing.assert_array_equal(wanted.clips.label, np.arange(13) % 3)
    assert wanted.evaluation is None
    statement = wanted.settings.data_statement
    assert statement.startswith("Trained on 13 clips of 5 subjects from casme2;")
    assert wanted.settings.licence.startswith("Not stated")


def test_what_the_user_says_is_taken(asked, store):
    settings = asked(
        store=store, licence="MIT", data_statement="mine", opset=15, formats=("onnx",)
    ).settings
    assert (settings.licence, settings.data_statement) == ("MIT", "mine")
    assert (settings.opset, settings.formats) == (15, ("onnx",))


def test_the_edge_bundle_is_asked_for(asked):
    assert asked(edge=True).settings.edge
    assert not asked().settings.edge


def test_a_transfer_has_no_edge_bundle(asked, monkeypatch):
    monkeypatch.setattr(transfer_trained, "is_transfer", lambda run: True)
    with pytest.raises(InputError, match="--edge and a TransFER"):
        asked(edge=True)


def test_without_a_store_random_patches_are_compared(asked):
    wanted = asked()
    assert wanted.clips.origin == "random numbers"
    assert wanted.clips.label is None
    assert wanted.clips.patches.shape == (64, 30, 7, 7, 3)
    assert wanted.settings.data_statement == "Not stated."


def test_what_8_bits_cost_is_said_for_each_class(asked, store, capfd):
    asked(store=store)
    said = capfd.readouterr().err
    assert "litert-int8" in said
    assert "3.7e-02" in said
    for points in ("macro 1.25", "surprise 25.00", "negative -20.00"):
        assert points in said


def test_ranges_are_not_taken_from_other_clips(asked, store):
    other = asked(trained_on="11", store=store)
    assert other.clips.origin == "clips, perhaps not of the training, store 7"
    assert other.settings.data_statement == "Not stated."
    with pytest.raises(InputError, match="taken from clips of the training"):
        asked(trained_on="11", store=store, formats=("litert-int8",))


def test_clips_for_evaluation_can_be_others(asked, store, tmp_path):
    path = tmp_path / "other"
    path.mkdir()
    feature_store.write(path, make_table(clips=17), key="11", settings={})
    wanted = asked(store=store, evaluation_store=path)
    assert len(wanted.clips.patches) == 13
    assert len(wanted.evaluation.patches) == 17
    assert wanted.evaluation.origin == "clips given for evaluation, store 11"


@pytest.mark.parametrize("option", ["store", "evaluation_store"])
def test_other_classes_are_refused(asked, tmp_path, option):
    path = tmp_path / "other"
    path.mkdir()
    table = make_table(class_names=("a", "b", "c"))
    feature_store.write(path, table, key="7", settings={})
    with pytest.raises(InputError, match=r"model's classes.*'a', 'b', 'c'"):
        asked(**{option: path})
