"""Every setting and its one default, as frozen dataclasses."""

import dataclasses
from typing import Any, Literal

from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import MEGC2019_CLASSES, NUM_AUS

Motion = Literal["dis", "farneback", "tvl1", "precomputed", "magnet"]
AUEmbedding = Literal["given", "learned"]
AdjacencyNormalization = Literal["official", "symmetric", "row"]


def _require(holds: bool, rule: str, **received: Any) -> None:
    if not holds:
        values = ", ".join(f"{name}={value!r}" for name, value in received.items())
        raise InputError(f"{rule} Received: {values}.")


@dataclasses.dataclass(frozen=True, kw_only=True)
class MotionConfig:
    """How two aligned faces become one motion map."""

    method: Motion = "dis"
    """Optical flow by an algorithm or from `precomputed` images: u, v, strain; or the
    magnified shape of `magnet`: one channel."""
    map_size: int = 128
    """Side of the motion map [px]; patches are 7 px of it."""
    standardize: bool = True
    """Whether each flow channel is divided by its own deviation over the face."""
    factor: float = 4.0
    """How many times as large `magnet` makes the motion; 1 leaves it as it is."""
    weights: str = ""
    """Shape path (.tflite) that `magnet` runs; empty is the shipped one."""

    def __post_init__(self) -> None:
        _require(
            self.map_size >= 32,
            "`map_size` must be at least 32 px.",
            map_size=self.map_size,
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Architecture of FGRMER; the published one is `experiments.PUBLISHED`."""

    num_classes: int = len(MEGC2019_CLASSES)
    """Number of emotion classes, at least 2."""
    channels: int = 3
    """Channels of a patch: 1 (shape representation) or 3 (u, v, strain)."""
    au_embedding: AUEmbedding = "given"
    """`given`: fed as a second input; `learned`: an Embedding inside (published)."""
    embedding_dim: int = NUM_AUS
    """Width of an AU embedding; statistics of the AU nodes fill one column a node."""
    encoder_depth: int = 1
    """Chained encoder layers a region; the published code has one live layer."""
    dropout_rate: float = 0.5
    """Drop probability after dense layers, in [0, 1)."""
    attention_dropout_rate: float = 0.1
    """Drop probability of attention weights, in [0, 1)."""
    direct_head: bool = True
    """Whether a linear layer from the region features stands beside the AU fusion."""
    adjacency_normalization: AdjacencyNormalization = "official"
    """`official` is D A^T D with D from row sums, as in the published code."""

    def __post_init__(self) -> None:
        _require(
            self.num_classes >= 2,
            "`num_classes` must be at least 2.",
            num_classes=self.num_classes,
        )
        _require(
            self.channels in (1, 3),
            "`channels` must be 1 or 3.",
            channels=self.channels,
        )
        _require(
            self.embedding_dim >= 1 and self.encoder_depth >= 1,
            "`embedding_dim` and `encoder_depth` must be at least 1.",
            embedding_dim=self.embedding_dim,
            encoder_depth=self.encoder_depth,
        )
        for name in ("dropout_rate", "attention_dropout_rate"):
            value = getattr(self, name)
            _require(0 <= value < 1, f"`{name}` must be in [0, 1).", **{name: value})


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """How one model is fitted."""

    epochs: int = 60
    """Passes over the training clips, fixed in advance; at least 1."""
    batch_size: int = 64
    """Clips a step, at least 1."""
    learning_rate: float = 2e-4
    """Adam's step size (published: 2e-4)."""
    class_balanced: bool = True
    """Whether a clip's loss is weighted by n / (num_classes * n_class)."""
    mirror: bool = True
    """Whether every epoch mirrors half of the training clips."""
    au_evidence: bool = True
    """Whether rows of `given` AU embeddings are weighted by the clip's own motion."""

    def __post_init__(self) -> None:
        _require(
            self.epochs >= 1 and self.batch_size >= 1,
            "`epochs` and `batch_size` must be at least 1.",
            epochs=self.epochs,
            batch_size=self.batch_size,
        )
        _require(
            self.learning_rate > 0,
            "`learning_rate` must be positive.",
            learning_rate=self.learning_rate,
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExperimentConfig:
    """Everything that decides a training run, beside the store and the seed."""

    model: ModelConfig = ModelConfig()
    train: TrainConfig = TrainConfig()
