"""The held-out subject does not exist until its fold is tested."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from fgrmer_tf.cli.model_options import resolve
from fgrmer_tf.config import ModelConfig, TrainConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.leaks import learn
from fgrmer_tf.evaluation.protocols import leave_one_subject_out
from fgrmer_tf.training.fold_data import FoldData
from input_pipeline.au_graph import FACS_PRIOR_NOTE
from input_pipeline.batches import inference_batch
from tests.support.tables import make_table

TABLE = make_table(clips=23, subjects=5, num_variants=2)
FOLD = leave_one_subject_out(TABLE.dataset, TABLE.subject)[2]


def data_of(table, **train):
    config = TrainConfig(**{"batch_size": 7} | train)
    return resolve(table, ModelConfig(), config, None).fold_data(FOLD)


def changed(rows):
    """The table with everything about the clips at `rows` changed."""
    patches, label, au = TABLE.patches.copy(), TABLE.label.copy(), TABLE.au.copy()
    variants = TABLE.variants.copy()
    patches[rows] *= -100
    variants[rows] += 7
    label[rows] = (label[rows] + 1) % 3
    au[rows] = 1 - au[rows]
    return dataclasses.replace(
        TABLE, patches=patches, label=label, au=au, variants=variants
    )


def same(one, other):
    assert one.train.keys() == other.train.keys()
    equal = all(
        np.array_equal(one.train[name], other.train[name]) for name in one.train
    )
    return equal and np.array_equal(one.adjacency.value, other.adjacency.value)


def test_nothing_of_the_test_subject_reaches_training():
    assert same(data_of(TABLE), data_of(changed(FOLD.test)))


def test_the_comparison_sees_a_change_of_the_training_clips():
    assert not same(data_of(TABLE), data_of(changed(FOLD.train[:1])))


def test_each_side_holds_its_own_clips_and_no_other():
    data = data_of(TABLE, mirror=False)
    np.testing.assert_array_equal(
        data.train["patches"][:, 0], TABLE.patches[FOLD.train]
    )
    np.testing.assert_array_equal(data.train["label"], TABLE.label[FOLD.train])
    rows = tf.range(len(FOLD.test), dtype=tf.int64)
    inputs = inference_batch({k: tf.constant(v) for k, v in data.test.items()}, rows)
    np.testing.assert_array_equal(inputs["patches"], TABLE.patches[FOLD.test])


def test_probes_are_the_tested_clips_in_a_variant():
    recipe = resolve(TABLE, ModelConfig(), TrainConfig(), None)
    data = dataclasses.replace(recipe, probes={"late": 1}).fold_data(FOLD)
    variant = TABLE.variants[FOLD.test, 1]
    np.testing.assert_array_equal(data.probes["late"]["patches"], variant)
    assert data.probes["late"].keys() == data.test.keys()
    assert data_of(TABLE).probes == {}


def test_the_prior_is_said_where_no_clip_is_annotated():
    table = dataclasses.replace(TABLE, au=np.full_like(TABLE.au, 255))
    assert data_of(table).notes == (FACS_PRIOR_NOTE,)
    assert data_of(TABLE).notes == ()


def planted(**changes):
    data = data_of(TABLE)
    fields = {
        field.name: getattr(data, field.name) for field in dataclasses.fields(data)
    }
    return FoldData(**fields | changes)


def test_an_adjacency_that_has_seen_the_tested_subject_is_refused():
    recipe = resolve(TABLE, ModelConfig(), TrainConfig(), None)
    leak = learn(
        "AU adjacency", np.arange(23), lambda r: recipe.statistics(r).adjacency
    )
    with pytest.raises(InputError, match=r"The AU adjacency of fold `casme2/sub02`"):
        planted(adjacency=leak)


def test_labels_of_tested_clips_are_refused():
    with pytest.raises(InputError, match="so that none reaches the model"):
        planted(test={**data_of(TABLE).test, "label": TABLE.label[FOLD.test]})


def test_other_clips_than_the_folds_are_refused():
    with pytest.raises(InputError, match=r"train on its 18 clips.*Received: 23"):
        planted(train={**data_of(TABLE).train, "label": TABLE.label})


def test_settings_follow_the_table_and_the_users_matrix(tmp_path):
    np.save(tmp_path / "m.npy", np.ones((9, 11)))
    table = make_table(channels=1)
    recipe = resolve(table, ModelConfig(), TrainConfig(), tmp_path / "m.npy")
    assert recipe.config.model.embedding_dim == 11
    assert recipe.config.model.channels == 1
    assert recipe.embeddings(recipe.statistics(FOLD.train[:5])).shape == (9, 11)


def test_a_matrix_for_a_learned_embedding_is_refused(tmp_path):
    learned = ModelConfig(au_embedding="learned")
    with pytest.raises(InputError, match=r"--fgrmer\.au-embedding"):
        resolve(TABLE, learned, TrainConfig(), tmp_path / "m.npy")
