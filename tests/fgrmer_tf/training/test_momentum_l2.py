import keras
import numpy as np

from fgrmer_tf.training.momentum_l2 import MomentumL2


def test_the_penalty_passes_through_the_momentum():
    weight = keras.Variable(np.array([2.0, -3.0], np.float32))
    optimizer = MomentumL2(0.1, 0.05)
    gradients = [np.array([1.0, 0.5]), np.array([-1.0, 0.25]), np.array([0.0, 0.0])]
    expected, velocity = np.array([2.0, -3.0]), np.zeros(2)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient, "float32")], [weight])
        velocity = 0.9 * velocity - 0.1 * (gradient + 0.05 * expected)
        expected = expected + velocity
    np.testing.assert_allclose(weight, expected, rtol=1e-6)
