"""Every setting and its one default, as frozen dataclasses."""

import dataclasses
import math
from typing import Literal

from fgrmer_tf.errors import require
from fgrmer_tf.spec import MEGC2019_CLASSES, NUM_AUS

Motion = Literal["dis", "farneback", "tvl1", "precomputed", "magnet"]
MagnetMap = Literal["displacement", "mean", "projection"]
MagnetArea = Literal["face", "patches"]
AUEmbedding = Literal["given", "learned"]
Selection = Literal["fixed", "inner"]
Precision = Literal["float32", "mixed_bfloat16", "mixed_float16"]
AdjacencyNormalization = Literal["official", "symmetric", "row"]
AdjacencyForm = Literal["column", "row", "cosine", "identity"]
AUBranch = Literal["graph", "free"]
LandmarkNormalization = Literal["batch", "layer"]
LinearPathKind = Literal["none", "trained", "fitted"]
LinearInput = Literal["patches", "map"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class MotionConfig:
    """How two aligned faces become one motion map."""

    method: Motion = "dis"
    """Optical flow by an algorithm or from `precomputed` images; or `magnet`: by a
    motion magnification network. Flow and displacement give u, v, strain."""
    map_size: int = 128
    """Side of the motion map [px]; patches are 7 px of it."""
    standardize: bool = True
    """Whether each flow channel is divided by its own deviation over the face."""
    factor: float = 4.0
    """How many times as large `magnet` makes the motion; 1 leaves it as it is."""
    magnet_map: MagnetMap = "displacement"
    """Of `magnet`: the `displacement` of onset to magnified shape; or the magnified
    shape, its `mean` over channels (published) or a `projection` to eight."""
    magnet_area: MagnetArea = "face"
    """Of `magnet`: the whole `face`, or only what the `patches` need, in half the
    time."""
    weights: str = ""
    """Shape path (.tflite) that `magnet` runs; empty is the shipped one."""

    def __post_init__(self) -> None:
        require(
            self.map_size >= 32,
            "`map_size` must be at least 32 px.",
            map_size=self.map_size,
        )
        require(
            self.map_size % 2 == 0 or self.method != "magnet",
            "`map_size` must be even for `magnet`, whose network halves twice.",
            map_size=self.map_size,
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class VariantConfig:
    """Which further patches of a clip training may draw; evaluation never does."""

    factors: tuple[float, ...] = ()
    """Further magnification factors, a variant each; for `magnet` alone."""
    jitters: int = 0
    """Variants with landmarks moved at random."""
    jitter: float = 0.7
    """Standard deviation of that movement on each axis [px of the map]."""
    apex_offsets: tuple[int, ...] = ()
    """Frames from the apex to the one in its place, such as -2 or 1, a variant each."""

    def __post_init__(self) -> None:
        require(
            all(math.isfinite(factor) and factor > 0 for factor in self.factors),
            "`factors` must be positive and finite.",
            factors=self.factors,
        )
        require(
            self.jitters >= 0 and math.isfinite(self.jitter) and self.jitter > 0,
            "`jitters` must be at least 0 and `jitter` positive and finite.",
            jitters=self.jitters,
            jitter=self.jitter,
        )
        for name in ("factors", "apex_offsets"):
            values = getattr(self, name)
            require(
                len(set(values)) == len(values),
                f"`{name}` must hold no value twice.",
                **{name: values},
            )
        require(
            0 not in self.apex_offsets,
            "`apex_offsets` must not hold 0, which is the apex itself.",
            apex_offsets=self.apex_offsets,
        )

    @property
    def count(self) -> int:
        """Variants a clip."""
        return len(self.factors) + self.jitters + len(self.apex_offsets)


NO_VARIANTS = VariantConfig()
"""Nothing beside the evaluated patches."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Architecture of FGRMER; the published one is `experiments.PUBLISHED`."""

    num_classes: int = len(MEGC2019_CLASSES)
    """Number of emotion classes, at least 2."""
    channels: int = 3
    """Channels of a patch, at least 1; exactly 3 are u, v, strain and have a
    direction."""
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
    learned_edges: bool = False
    """Whether training weighs the edges of the AU graph anew (published: constant)."""
    au_branch: AUBranch = "graph"
    """`graph`: AU nodes are graph convolutions of embeddings (published); `free`: they
    are weights."""
    landmark_normalization: LandmarkNormalization = "batch"
    """Of the landmarks' maps: over a `batch` (published), or a clip (`layer`)."""
    linear_path: LinearPathKind = "none"
    """Whether a linear model of the standardised input is added to the logits:
    `trained` with the network, or `fitted` to the training clips before and kept."""
    linear_input: LinearInput = "patches"
    """What the linear path reads: the `patches`, or the whole `map`, which cannot be
    exported."""
    map_size: int = 32
    """Side of the map that the linear path reads; the store decides it [px]."""

    def __post_init__(self) -> None:
        require(
            self.num_classes >= 2,
            "`num_classes` must be at least 2.",
            num_classes=self.num_classes,
        )
        require(
            self.channels >= 1,
            "`channels` must be at least 1.",
            channels=self.channels,
        )
        require(
            self.embedding_dim >= 1 and self.encoder_depth >= 1,
            "`embedding_dim` and `encoder_depth` must be at least 1.",
            embedding_dim=self.embedding_dim,
            encoder_depth=self.encoder_depth,
        )
        require(
            self.map_size >= 1, "`map_size` must be at least 1.", map_size=self.map_size
        )
        for name in ("dropout_rate", "attention_dropout_rate"):
            value = getattr(self, name)
            require(0 <= value < 1, f"`{name}` must be in [0, 1).", **{name: value})


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """How one model is fitted."""

    epochs: int = 20
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
    variant_rate: float = 0.5
    """Share of the training clips that every epoch shows in one of their variants, in
    [0, 1]; without effect on a store that holds none."""
    adjacency_form: AdjacencyForm = "column"
    """What joins two AUs: `column` is P(row AU | column AU), as published; `row` is
    P(column AU | row AU), as in public reproductions; `cosine` is symmetric;
    `identity` joins none."""
    linear_strength: float = 0.03
    """Weight of the squared length of the coefficients of a `fitted` linear path."""

    def __post_init__(self) -> None:
        require(
            self.epochs >= 1 and self.batch_size >= 1,
            "`epochs` and `batch_size` must be at least 1.",
            epochs=self.epochs,
            batch_size=self.batch_size,
        )
        require(
            self.learning_rate > 0,
            "`learning_rate` must be positive.",
            learning_rate=self.learning_rate,
        )
        require(
            0 <= self.variant_rate <= 1,
            "`variant_rate` must be in [0, 1].",
            variant_rate=self.variant_rate,
        )
        require(
            math.isfinite(self.linear_strength) and self.linear_strength > 0,
            "`linear_strength` must be positive and finite.",
            linear_strength=self.linear_strength,
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class SelectionConfig:
    """How the number of epochs is chosen; never on a tested clip."""

    selection: Selection = "fixed"
    """`fixed`: `epochs`, set in advance; `inner`: at most `epochs`, chosen in each fold
    on subjects of its training part, then all of that part is trained on."""
    inner_folds: int = 3
    """Subject-grouped folds of the training part for `inner`, at least 2."""
    oracle: bool = False
    """Whether the best epoch on the tested clips is reported too, as `oracle`: a leak
    that much published work commits, shown to be compared with."""

    def __post_init__(self) -> None:
        require(
            self.inner_folds >= 2,
            "`inner_folds` must be at least 2.",
            inner_folds=self.inner_folds,
        )


FIXED_EPOCHS = SelectionConfig()
"""The number of epochs is set in advance."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FitConfig:
    """How the one model that is kept is fitted, beside `TrainConfig`."""

    precision: Precision = "float32"
    """What it computes in while it is trained; the kept model computes in float32."""
    ema: float = 0.0
    """Momentum of the moving average of the weights that is kept in place of the last
    ones, in [0, 1); 0 keeps the last ones."""
    devices: tuple[str, ...] = ()
    """Devices that share every batch, such as GPU:0 GPU:1; by default all GPUs."""
    tensorboard: bool = False
    """Whether losses are written for TensorBoard, to OUT/tensorboard."""
    xla: bool = False
    """Whether XLA compiles the training step: it starts later and then runs faster.
    For one device."""

    def __post_init__(self) -> None:
        require(0 <= self.ema < 1, "`ema` must be in [0, 1).", ema=self.ema)


PLAIN_FIT = FitConfig()
"""In float32, on what is there, the last weights kept."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class LinearConfig:
    """The linear model that every report shows beside the network."""

    strength: float = 0.03
    """Weight of the squared length of the coefficients, fixed in advance; above 0."""

    def __post_init__(self) -> None:
        require(
            math.isfinite(self.strength) and self.strength > 0,
            "`strength` must be positive and finite.",
            strength=self.strength,
        )


DEFAULT_LINEAR = LinearConfig()
"""The one that reports show."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExperimentConfig:
    """Everything that decides a training run, beside the store and the seed."""

    model: ModelConfig = ModelConfig()
    train: TrainConfig = TrainConfig()
