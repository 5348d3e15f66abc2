"""What an exported model of any kind answers in words: labels, classes, its card."""

import tensorflow as tf

from export import guards
from export.card import ModelCard
from export.signature import (
    CLASSES,
    LABEL,
    LOGITS,
    PROBABILITIES,
    SCORES,
    VALUE,
)


class Labelled:
    """Functions of tensors, to be called inside the graph of a SavedModel.

    Args:
        card: Class names, and what `told` tells.
        most_rows: Fields that one request may ask for.
    """

    def __init__(self, card: ModelCard, most_rows: int) -> None:
        texts = card.texts()
        self._class_names = tf.constant(card.class_names)
        self._fields = tf.constant(list(texts))
        self._values = tf.constant(list(texts.values()))
        self._most_rows = most_rows

    def outputs(self, outputs: dict[str, tf.Tensor], what: str) -> dict[str, tf.Tensor]:
        """Logits and probabilities as they are, and the label of the largest.

        Args:
            outputs: `logits` and `probabilities`, float32 `(batch, num_classes)`. A
                logit that is not finite is refused: numbers can be large enough to
                overflow on their way.
            what: What the refusal calls the inputs.
        """
        logits = guards.finite(outputs[LOGITS], f"The logits of these {what}")
        return {
            LOGITS: logits,
            PROBABILITIES: outputs[PROBABILITIES],
            LABEL: tf.gather(self._class_names, tf.argmax(logits, axis=-1)),
        }

    def classified(self, probabilities: tf.Tensor) -> dict[str, tf.Tensor]:
        """All class names in label order, and the probability of each.

        Args:
            probabilities: float32 `(batch, num_classes)`.
        """
        names = tf.broadcast_to(self._class_names, tf.shape(probabilities))
        return {CLASSES: names, SCORES: probabilities}

    def told(self, field: tf.Tensor) -> dict[str, tf.Tensor]:
        """Texts of the card for names of its fields, string `(batch,)`."""
        field = guards.capped(field, self._most_rows)
        return {VALUE: tf.gather(self._values, guards.chosen(field, self._fields))}


def strings(name: str) -> tf.TensorSpec:
    """An input of texts or files, one a row."""
    return tf.TensorSpec((None,), tf.string, name)
