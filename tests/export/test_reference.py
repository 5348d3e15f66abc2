import numpy as np
import tensorflow as tf

from export.clips import Clips
from export.reference import reference
from export.serving_graph import model_inputs


def test_keras_is_asked_for_all_clips_in_their_order(evidence):
    repeated = np.concatenate([evidence.clips] * 7)
    evaluation = Clips(patches=repeated, label=None, origin="a test")
    said = reference(evidence.model, evidence.constants, evidence.stored, evaluation)
    inputs = model_inputs(evidence.constants, tf.constant(evidence.clips))
    logits = evidence.model(inputs, training=False)["logits"].numpy()
    assert said.inputs.shape == (64, 30, 7, 7, 3)
    np.testing.assert_allclose(said.logits[:11], logits, atol=1e-5)
    np.testing.assert_allclose(said.probabilities.sum(axis=1), 1, atol=1e-12)
    assert said.evaluated is not None
    assert said.evaluated.shape == (77, 3)
    np.testing.assert_allclose(said.evaluated[66:], said.probabilities[:11], atol=1e-5)


def test_without_an_evaluation_set_nothing_is_scored(learned):
    said = reference(learned.model, learned.constants, learned.stored, None)
    assert said.evaluation is None
    assert said.evaluated is None
