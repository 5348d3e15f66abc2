"""What every training minimises."""

from typing import Any

import keras


def classification_loss() -> keras.losses.Loss:
    """Cross-entropy of logits: weighted sum over a batch, divided by its clips.

    Source:
        Lei et al., CVPRW 2021, published code. Differs: clips may be weighted, and the
        model gives logits, not log-probabilities, which changes no value.
    """
    reduction: Any = "sum_over_batch_size"
    return keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, reduction=reduction
    )


def distribution_loss() -> keras.losses.Loss:
    """Cross-entropy of logits against the share of each class; one-hot or not.

    Source:
        TransFER's released settings (one-hot); FERPlus, Barsoum et al., ICMI 2016
        (shares, by `probability`).
    """
    reduction: Any = "sum_over_batch_size"
    return keras.losses.CategoricalCrossentropy(from_logits=True, reduction=reduction)
