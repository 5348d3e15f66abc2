import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.map_overlap import map_overlap


def one_hot(*places):
    maps = np.full((1, 3, 5, len(places)), 0.2)
    for number, (row, column) in enumerate(places):
        maps[0, row, column, number] = 0.9
    return maps


def test_equal_maps_share_everything_whatever_their_brightness():
    maps = np.random.default_rng(3).uniform(0, 1, (7, 3, 5, 1))
    both = np.concatenate([maps, 0.25 * maps + 0.5], axis=-1)
    np.testing.assert_allclose(map_overlap(both), np.ones(7))


def test_maps_of_different_places_share_nothing():
    np.testing.assert_allclose(map_overlap(one_hot((0, 1), (2, 3))), [0])


def test_it_is_the_mean_over_pairs():
    # Of three pairs, one is equal.
    found = map_overlap(one_hot((0, 1), (2, 3), (0, 1)))
    np.testing.assert_allclose(found, [1 / 3])


def test_a_part_is_shared_in_part():
    maps = one_hot((0, 1), (0, 1))
    maps[0, 2, 2, 1] = 0.9
    np.testing.assert_allclose(map_overlap(maps), [0.5])


def test_a_map_without_a_place_looks_everywhere():
    maps = np.ones((1, 3, 5, 2))
    maps[0, 1, 1, 1] = 2
    np.testing.assert_allclose(map_overlap(maps), [1 / 15])


@pytest.mark.parametrize("shape", [(2, 3, 5, 1), (2, 3, 5)])
def test_one_map_is_refused(shape):
    with pytest.raises(InputError, match="two maps"):
        map_overlap(np.ones(shape))
