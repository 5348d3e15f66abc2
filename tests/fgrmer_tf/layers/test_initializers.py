import numpy as np

from fgrmer_tf.layers.initializers import fan_in_uniform


def test_values_fill_the_range_of_one_over_the_root_of_the_fan():
    values = np.asarray(fan_in_uniform(25)((101, 103)))
    assert np.abs(values).max() <= 0.2
    np.testing.assert_allclose([values.min(), values.max()], [-0.2, 0.2], atol=1e-3)
    np.testing.assert_allclose(values.std(), 0.2 / np.sqrt(3), rtol=0.02)


def test_two_instances_draw_differently():
    assert not np.array_equal(fan_in_uniform(7)((5,)), fan_in_uniform(7)((5,)))
