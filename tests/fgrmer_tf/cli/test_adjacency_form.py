import dataclasses

import numpy as np
import pytest

from fgrmer_tf.cli.recipe import Recipe
from fgrmer_tf.config import ExperimentConfig, TrainConfig
from input_pipeline.au_graph import adjacency, cooccurrence
from tests.support.tables import make_table


@pytest.mark.parametrize("form", ["column", "row", "cosine", "identity"])
def test_the_graph_of_a_fold_has_the_form_that_was_asked_for(form):
    table = make_table(clips=23, subjects=5)
    units = np.random.default_rng(3).integers(0, 2, table.au.shape).astype(np.uint8)
    table = dataclasses.replace(table, au=units)
    config = ExperimentConfig(train=TrainConfig(adjacency_form=form))
    rows = np.arange(3, 19)
    statistics = Recipe(table=table, config=config, au_matrix=None).statistics(rows)
    expected = adjacency(cooccurrence(units[rows]), form)
    np.testing.assert_array_equal(statistics.adjacency, expected)
