"""The linear path of a fold comes from its training clips, and reaches the model."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from fgrmer_tf.cli.model_options import resolve
from fgrmer_tf.config import ModelConfig, SelectionConfig, TrainConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.leaks import learn
from fgrmer_tf.evaluation.protocols import leave_one_subject_out
from fgrmer_tf.training.fold_task import run_fold
from fgrmer_tf.training.linear_fit import fit_linear
from input_pipeline.augment import mirror, mirror_map
from tests.support.tables import make_table

TABLE = make_table(clips=23, subjects=5, map_size=3)
FOLD = leave_one_subject_out(TABLE.dataset, TABLE.subject)[2]


def recipe(table=TABLE, mirrored=True, **model):
    train = TrainConfig(batch_size=7, epochs=2, mirror=mirrored)
    options: Any = {"linear_path": "fitted"} | model
    return resolve(table, ModelConfig(**options), train, None)


def same(one, other):
    return all(np.array_equal(vars(one)[name], vars(other)[name]) for name in vars(one))


def changed(rows):
    patches, label, maps = (
        getattr(TABLE, name).copy() for name in ("patches", "label", "motion_map")
    )
    patches[rows] *= -7
    maps[rows] += 5
    label[rows] = (label[rows] + 1) % 3
    return dataclasses.replace(TABLE, patches=patches, label=label, motion_map=maps)


@pytest.mark.parametrize("source", ["patches", "map"])
@pytest.mark.parametrize("kind", ["trained", "fitted"])
def test_nothing_of_the_tested_subject_reaches_the_path(source, kind):
    def path(table):
        made = recipe(table, linear_path=kind, linear_input=source)
        linear = made.fold_data(FOLD).linear
        assert linear is not None
        return linear.value

    assert same(path(TABLE), path(changed(FOLD.test)))
    assert not same(path(TABLE), path(changed(FOLD.train[:1])))


def test_a_path_that_has_seen_the_tested_subject_is_refused():
    data = recipe().fold_data(FOLD)
    leak = learn("linear path", np.arange(len(TABLE)), recipe().linear_path)
    with pytest.raises(InputError, match=r"The linear path of fold `casme2/sub02`"):
        dataclasses.replace(data, linear=leak)


@pytest.mark.parametrize(
    ("source", "column", "turn"),
    [("patches", "patches", mirror), ("map", "motion_map", mirror_map)],
)
def test_it_is_fitted_to_the_training_clips_and_their_mirror_images(
    source, column, turn
):
    shown = getattr(TABLE, column)[FOLD.train]
    both = np.concatenate([shown, turn(shown).numpy()]).reshape(36, -1)
    label = np.tile(TABLE.label[FOLD.train], 2)
    expected = fit_linear(both.astype(np.float64), label, 3, 0.03)
    assert same(recipe(linear_input=source).linear_path(FOLD.train), expected)
    alone = recipe(mirrored=False, linear_input=source).linear_path(FOLD.train)
    assert not same(alone, expected)


def test_a_trained_path_starts_at_zero_with_the_statistics_of_the_fitted_one():
    fitted, trained = (
        recipe(linear_path=kind).linear_path(FOLD.train)
        for kind in ("fitted", "trained")
    )
    np.testing.assert_array_equal(trained.mean, fitted.mean)
    np.testing.assert_array_equal(trained.scale, fitted.scale)
    assert not trained.kernel.any()
    assert fitted.kernel.any()


@pytest.mark.parametrize("source", ["patches", "map"])
def test_a_fold_is_trained_with_its_path(source):
    made = recipe(linear_input=source)
    trainer = made.open()
    result = run_fold(trainer, made, FOLD, 3, lambda _: None)
    path = trainer.model.get_layer("linear_path")
    expected = made.linear_path(FOLD.train)
    np.testing.assert_allclose(path.kernel, expected.kernel, rtol=1e-6)
    np.testing.assert_allclose(path.mean, expected.mean, rtol=1e-6, atol=1e-7)
    assert np.isfinite(result.logits).all()


def test_inner_folds_have_paths_of_their_own():
    choice = SelectionConfig(selection="inner", inner_folds=2)
    made = dataclasses.replace(recipe(), selection=choice)
    seen = []

    class Spy(type(made)):
        def linear_path(self, rows):
            seen.append(rows)
            return super().linear_path(rows)

    spy = Spy(**vars(made))
    run_fold(spy.open(), spy, FOLD, 3, lambda _: None)
    assert len(seen) == 3
    assert all(np.isin(rows, FOLD.train).all() for rows in seen)
    assert len(seen[0]) < len(seen[2]) == len(FOLD.train)


def test_a_map_that_the_store_does_not_hold_is_refused():
    with pytest.raises(InputError, match="store without"):
        recipe(make_table(clips=23), linear_input="map").fold_data(FOLD)


def test_free_nodes_are_fed_no_embedding_and_no_graph():
    data = recipe(au_branch="free").fold_data(FOLD)
    assert data.adjacency is None
    assert "embeddings" not in data.train
    assert "embeddings" not in data.test
