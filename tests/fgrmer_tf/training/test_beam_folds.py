import numpy as np
import pytest

from tests.fgrmer_tf.training import small_run

beam = pytest.importorskip(
    "apache_beam", reason="Apache Beam is optional: requirements-beam.txt"
)


def test_folds_as_elements_give_the_same_results(tmp_path):
    from apache_beam.testing.util import assert_that

    from fgrmer_tf.training.beam_folds import train_folds

    source = small_run.SmallSource()
    expected = {
        (result.seed, result.fold): result
        for result in small_run.evaluate(tmp_path, seeds=(3, 5))
    }

    def same(results):
        assert {(one.seed, one.fold) for one in results} == expected.keys()
        for one in results:
            other = expected[one.seed, one.fold]
            np.testing.assert_array_equal(one.logits, other.logits)
            np.testing.assert_array_equal(one.test, other.test)
            assert one.loss == other.loss

    folds = small_run.make_folds(source.table)
    with beam.Pipeline("DirectRunner") as pipeline:
        assert_that(train_folds(pipeline, source, folds, (3, 5)), same)
