import json

import numpy as np
import pytest

from fgrmer_tf.evaluation.fold_result import FoldResult, from_record, to_record
from tests.support.studies import make_columns, make_results


def assert_equal(one, other):
    assert vars(one).keys() == vars(other).keys()
    for name, value in vars(one).items():
        found = getattr(other, name)
        assert type(found) is type(value)
        if isinstance(value, dict):
            assert found.keys() == value.keys()
            for key in value:
                assert found[key].dtype == value[key].dtype
                np.testing.assert_array_equal(found[key], value[key])
        else:
            np.testing.assert_array_equal(found, value)
            assert getattr(found, "dtype", None) == getattr(value, "dtype", None)


@pytest.mark.parametrize("curves", [True, False])
def test_a_result_comes_back_exactly_from_json(curves):
    columns = make_columns(clips=17, subjects=3)
    for result in make_results(columns, offsets=(2,), curves=curves):
        assert_equal(from_record(json.loads(json.dumps(to_record(result)))), result)


def test_a_curve_that_was_not_recorded_has_no_epochs():
    result = FoldResult(
        seed=1,
        fold="a",
        test=np.arange(5),
        logits=np.zeros((5, 3), np.float32),
        loss=(),
        seconds=0.1,
    )
    assert result.test_curve.shape == (0, 5, 3)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"seed": None, "extra": 1}, TypeError),
        ({"logits": None}, ValueError),
        ({"test_curve": [[1.0, 2.0]]}, ValueError),
    ],
)
def test_a_record_that_does_not_fit_is_refused(changes, error):
    record = to_record(make_results(make_columns(clips=17, subjects=3))[0])
    with pytest.raises(error):
        from_record({**record, **changes})


@pytest.mark.parametrize("name", ["fold", "logits"])
def test_a_record_without_a_name_is_refused(name):
    record = to_record(make_results(make_columns(clips=17, subjects=3))[0])
    del record[name]
    with pytest.raises((KeyError, TypeError), match=name):
        from_record(record)
