"""Variants of a clip never leave its fold: what training shows is of its own rows."""

import numpy as np
import tensorflow as tf

from fgrmer_tf.evaluation.protocols import leave_one_subject_out
from input_pipeline import tfdata
from input_pipeline.augment import mirror
from tests.support.tables import make_table


def every_form(table):
    """Bytes of each patch tensor that can come of a row, with the row's subject."""
    stack = np.concatenate([table.patches[:, None], table.variants], axis=1)
    forms = {}
    for subject, clips in zip(table.subject, stack, strict=True):
        for patch in (*clips, *mirror(tf.constant(clips)).numpy()):
            forms[patch.tobytes()] = subject
    return forms


def test_training_never_shows_a_form_of_the_subject_that_is_tested():
    table = make_table(clips=23, subjects=5, num_variants=3)
    subject_of = every_form(table)
    folds = leave_one_subject_out(table.dataset, table.subject)
    assert len(folds) == 5
    for fold in folds:
        tested = {*table.subject[fold.test]}
        data = tfdata.training(
            table.rows(fold.train),
            embeddings=None,
            evidence=False,
            class_balanced=True,
            mirror=True,
            variant_rate=0.7,
            batch_size=7,
            seed=1,
            epochs=3,
        )
        shown = [
            subject_of[patch.tobytes()]
            for features, _, _ in data.as_numpy_iterator()
            for patch in features["patches"]
        ]
        assert len(shown) == 3 * len(fold.train)
        assert not tested & {*shown}
