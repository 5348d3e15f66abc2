import dataclasses

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.results import pool
from fgrmer_tf.evaluation.robustness import (
    apex_probe,
    apex_robustness,
    milliseconds,
    probe_offset,
)
from fgrmer_tf.evaluation.summary import mean_scores
from tests.support.studies import make_columns, make_results

COLUMNS = make_columns()
FPS = np.where(COLUMNS.dataset == "smic", 100.0, np.nan)


@pytest.mark.parametrize(("offset", "name"), [(-13, "apex-13"), (2, "apex+2")])
def test_a_probe_is_named_by_its_offset(offset, name):
    assert apex_probe(offset) == name
    assert probe_offset(name) == offset


@pytest.mark.parametrize("name", ["apex2", "apex+02", "apex", "jitter+1"])
def test_another_name_is_refused(name):
    with pytest.raises(InputError, match="signed number of frames"):
        probe_offset(name)


def test_frames_become_milliseconds_at_the_median_rate():
    dataset = np.array(["a", "a", "a", "b", "c"])
    fps = np.array([100, 200, 200, np.nan, 30])
    found = milliseconds(-3, dataset, fps)
    assert found == {"a": pytest.approx(-15), "b": None, "c": pytest.approx(-100)}


def test_a_shift_is_scored_from_its_probe_alone():
    results = make_results(COLUMNS, skill=3.0, seeds=(2, 5), offsets=(3, -1))
    early, apex, late = apex_robustness(COLUMNS, results, FPS, {-1: 31, 3: 29})
    assert [early.offset, apex.offset, late.offset] == [-1, 0, 3]
    assert [early.moved, apex.moved, late.moved] == [31, 97, 29]
    assert early.milliseconds == {"casme2": None, "smic": pytest.approx(-10)}
    assert apex.scores == mean_scores(pool(COLUMNS, results))["full"]
    probed = [dataclasses.replace(r, logits=r.probes["apex+3"]) for r in results]
    assert late.scores == mean_scores(pool(COLUMNS, probed))["full"]
    assert late.scores["uf1"] < early.scores["uf1"] < apex.scores["uf1"]


def test_without_probes_there_is_nothing():
    assert apex_robustness(COLUMNS, make_results(COLUMNS), FPS, {}) == []


def test_folds_with_other_probes_are_refused():
    results = make_results(COLUMNS, offsets=(2,))
    results[3] = dataclasses.replace(results[3], probes={})
    with pytest.raises(InputError, match=r"\[\[\], \['apex\+2'\]\]"):
        apex_robustness(COLUMNS, results, FPS, {2: 5})
