"""Named networks and settings of TransFER, and the variants of its ablation."""

import dataclasses
from typing import Any, Literal

from fgrmer_tf.transfer_config import (
    AugmentConfig,
    TransferConfig,
    TransferExperiment,
    TransferTrainConfig,
)

TRANSFER_IR50 = TransferConfig()
"""The published network: IR-50 without its last stage, and eight blocks."""

TRANSFER_SMALL = TransferConfig(
    stem_filters=(32, 64, 128),
    stem_units=(2, 2, 4),
    embedding_dim=256,
    encoder_depth=4,
    num_heads=4,
    feed_forward_units=768,
    start_deviation=0.06,
    position_deviation=0.5,
)
"""For one processor: about a thirtieth of the work."""

TRANSFER_TINY = TransferConfig(
    image_size=64,
    stem_filters=(16, 32, 64),
    stem_units=(1, 1, 1),
    attention_reduction=8,
    embedding_dim=96,
    encoder_depth=2,
    num_heads=4,
    feed_forward_units=192,
    start_deviation=0.1,
    position_deviation=0.5,
)
"""For tests and synthetic faces: trains in minutes on one processor."""

PUBLISHED = TransferExperiment(network=TRANSFER_IR50)
"""The released RAF-DB settings: SGD 1e-4, a tenth at epochs 15 and 30, 40 epochs. It
starts from face recognition and ViT weights (`docs/transfer.md`); from a random start
this step size is too small. Reported: 0.9091 accuracy on RAF-DB; not repeated here."""

_LIGHT = AugmentConfig(
    crop_area=(0.8, 1.0), crop_aspect=(0.9, 1.111), operations=0, erase_rate=0.25
)

SMALL = TransferExperiment(
    network=TRANSFER_SMALL,
    train=TransferTrainConfig(
        optimizer="adamw",
        learning_rate=1e-3,
        schedule="cosine",
        weight_decay=0.05,
        balance="loss",
    ),
    augment=_LIGHT,
)
"""From a random start, on one processor or a small GPU."""

TINY = TransferExperiment(
    network=TRANSFER_TINY,
    train=TransferTrainConfig(
        epochs=40,
        batch_size=16,
        optimizer="adamw",
        learning_rate=5e-4,
        schedule="cosine",
        weight_decay=0.05,
        balance="loss",
    ),
    augment=_LIGHT,
)
"""For tests and synthetic faces; `benchmarks/transfer_learning.py` measures it."""

TransferExperimentName = Literal["published", "small", "tiny"]
TRANSFER_EXPERIMENTS: dict[str, TransferExperiment] = {
    "published": PUBLISHED,
    "small": SMALL,
    "tiny": TINY,
}

Variant = Literal[
    "stem-only",
    "local-cnns",
    "mad",
    "mad-msad",
    "dropout",
    "spatial-dropout",
    "drop-block",
]
_UNDROPPED = {"map_drop_rate": 0.0, "head_drop_rate": 0.0}
VARIANTS: dict[Variant, dict[str, Any]] = {
    "stem-only": {"local_attentions": 0, **_UNDROPPED},
    "local-cnns": _UNDROPPED,
    "mad": {"head_drop_rate": 0.0},
    "mad-msad": {},
    "dropout": {"map_drop": "dropout"},
    "spatial-dropout": {"map_drop": "spatial"},
    "drop-block": {"map_drop": "dropblock"},
}
"""What each variant changes of the network: the parts one by one, then what stands in
MAD's place at the same rate."""


def variant(experiment: TransferExperiment, name: Variant) -> TransferExperiment:
    """The experiment with its network changed to one variant."""
    network = dataclasses.replace(experiment.network, **VARIANTS[name])
    return dataclasses.replace(experiment, network=network)
