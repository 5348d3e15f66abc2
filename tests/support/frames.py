"""What the pipeline and Keras say of clips that come as frames."""

import tensorflow as tf

from export.frames.sample import pipeline_patches
from export.serving_graph import model_inputs
from fgrmer_tf.config import MotionConfig


def keras_probabilities(case, clips):
    """Of the pipeline's patches."""
    config = MotionConfig(**case.constants.preprocessing["motion"])
    patches = tf.constant(pipeline_patches(clips, config))
    logits = case.model(model_inputs(case.constants, patches))["logits"]
    return tf.nn.softmax(logits).numpy()
