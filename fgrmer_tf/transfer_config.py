"""Every setting of TransFER and its one default, as frozen dataclasses."""

import dataclasses
from typing import Literal

from fgrmer_tf.errors import require

MapDrop = Literal["attention", "dropout", "spatial", "dropblock"]
HeadDrop = Literal["heads", "reference"]
Schedule = Literal["steps", "cosine"]
Optimizer = Literal["sgd", "adamw"]
Balance = Literal["none", "loss", "sampling"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class TransferConfig:
    """Architecture of TransFER; the defaults are the published `transfer_ir50`."""

    num_classes: int = 7
    """Number of expression classes, at least 2."""
    image_size: int = 112
    """Side of an image [px]."""
    stem_filters: tuple[int, ...] = (64, 128, 256)
    """Channels after each stage of the stem; each stage halves the sides."""
    stem_units: tuple[int, ...] = (3, 4, 14)
    """Residual units of each stage."""
    stem_strides: int = 1
    """Strides of the first convolution."""
    local_attentions: int = 2
    """Local attention maps (LANets); 0 leaves all places as they are."""
    attention_reduction: int = 16
    """How many times narrower the hidden layer of a local attention is."""
    attention_norm: bool = True
    """Whether a local attention is batch-normalised (released code: yes)."""
    map_drop: MapDrop = "attention"
    """What hides parts of the maps: attention dropping, or one of its rivals."""
    map_drop_rate: float = 0.6
    """Probability that a sample loses a map; 0 drops nothing (published: 0.6)."""
    block_size: int = 5
    """Side of a block of `dropblock` [px of the map]."""
    embedding_dim: int = 768
    """Width of a token."""
    encoder_depth: int = 8
    """Encoder blocks."""
    num_heads: int = 8
    """Attention heads; they divide `embedding_dim`."""
    feed_forward_units: int = 2304
    """Width inside a feed-forward block."""
    head_drop: HeadDrop = "heads"
    """`heads`: a head's output is dropped (paper); `reference`: a token (code)."""
    head_drop_rate: float = 0.3
    """Probability that a sample loses a head in a block (published: 0.3)."""
    attention_scale: float | None = None
    """Factor of the attention scores; None: 1 / sqrt(features of a head)."""
    start_deviation: float = 0.02
    """Standard deviation of the encoder's first weights. About 1 / sqrt(width) where
    training starts from noise: a narrow encoder that starts with less learns nothing
    for thousands of steps."""
    position_deviation: float = 0.02
    """The same of the first positions, which are added to features of about 1."""

    def __post_init__(self) -> None:
        require(
            self.num_classes >= 2 and self.image_size >= 16,
            "`num_classes` must be at least 2 and `image_size` at least 16 px.",
            num_classes=self.num_classes,
            image_size=self.image_size,
        )
        require(
            len(self.stem_filters) == len(self.stem_units) > 0
            and min(*self.stem_filters, *self.stem_units, self.stem_strides) >= 1,
            "`stem_filters` and `stem_units` must name the same stages, each value at "
            "least 1.",
            stem_filters=self.stem_filters,
            stem_units=self.stem_units,
        )
        # A hit on the only map would hide everything.
        require(
            self.local_attentions != 1 or not self.map_drop_rate,
            "Dropping a map needs 2 or more, or `map_drop_rate` 0.",
            local_attentions=self.local_attentions,
            map_drop_rate=self.map_drop_rate,
        )
        require(
            self.embedding_dim % self.num_heads == 0,
            "`num_heads` must divide `embedding_dim`.",
            embedding_dim=self.embedding_dim,
            num_heads=self.num_heads,
        )
        for name in ("map_drop_rate", "head_drop_rate"):
            value = getattr(self, name)
            require(0 <= value < 1, f"`{name}` must be in [0, 1).", **{name: value})
        for name in ("start_deviation", "position_deviation"):
            value = getattr(self, name)
            require(value > 0, f"`{name}` must be positive.", **{name: value})


@dataclasses.dataclass(frozen=True, kw_only=True)
class AugmentConfig:
    """How training pictures are changed; the defaults are the released ones."""

    crop_area: tuple[float, float] = (0.08, 1.0)
    """Share of a picture that is cut out and enlarged, from and to; 1 1 cuts none."""
    crop_aspect: tuple[float, float] = (0.75, 1.333)
    """Width to height of what is cut out, from and to."""
    flip: bool = True
    """Whether half of the pictures are mirrored."""
    operations: int = 2
    """Operations of RandAugment on a picture; 0 leaves it out."""
    magnitude: float = 0.5
    """Size of those operations, in [0, 1]."""
    erase_rate: float = 0.5
    """Share of the pictures of which a rectangle is erased."""
    erase_area: tuple[float, float] = (0.02, 0.4)
    """Share of the picture that is erased, from and to."""

    def __post_init__(self) -> None:
        for name in ("crop_area", "erase_area"):
            low, high = getattr(self, name)
            require(
                0 < low <= high <= 1,
                f"`{name}` must rise within (0, 1].",
                **{name: (low, high)},
            )
        require(
            0 < self.crop_aspect[0] <= self.crop_aspect[1],
            "`crop_aspect` must rise above 0.",
            crop_aspect=self.crop_aspect,
        )
        require(
            self.operations >= 0,
            "`operations` must be at least 0.",
            operations=self.operations,
        )
        for name in ("magnitude", "erase_rate"):
            value = getattr(self, name)
            require(0 <= value <= 1, f"`{name}` must be in [0, 1].", **{name: value})


@dataclasses.dataclass(frozen=True, kw_only=True)
class TransferTrainConfig:
    """How TransFER is fitted; the defaults are those released for RAF-DB."""

    epochs: int = 40
    """Passes over the training pictures, fixed in advance; at least 1."""
    batch_size: int = 64
    """Pictures a step, at least 1."""
    optimizer: Optimizer = "sgd"
    """`sgd` with momentum 0.9 (published), or `adamw`."""
    learning_rate: float = 1e-4
    """First and largest step size."""
    schedule: Schedule = "steps"
    """`steps`: a tenth at each of `milestones`; `cosine`: falls to 0."""
    milestones: tuple[int, ...] = (15, 30)
    """Epochs at which the step size falls to a tenth."""
    weight_decay: float = 1e-4
    """Of `sgd`: L2 penalty's factor, added to the gradient; of `adamw`: decoupled."""
    balance: Balance = "none"
    """`loss`: a picture's loss is weighted by n / (num_classes * n_class); `sampling`:
    every epoch draws as many pictures of each class, with replacement."""

    def __post_init__(self) -> None:
        require(
            self.epochs >= 1 and self.batch_size >= 1,
            "`epochs` and `batch_size` must be at least 1.",
            epochs=self.epochs,
            batch_size=self.batch_size,
        )
        require(
            self.learning_rate > 0 and self.weight_decay >= 0,
            "`learning_rate` must be positive, `weight_decay` not negative.",
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
        )
        require(
            list(self.milestones) == sorted(set(self.milestones))
            and min(self.milestones, default=1) >= 1,
            "`milestones` must rise, from 1.",
            milestones=self.milestones,
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class TransferExperiment:
    """Everything that decides a TransFER run, beside the store and the seed."""

    network: TransferConfig = TransferConfig()
    train: TransferTrainConfig = TransferTrainConfig()
    augment: AugmentConfig = AugmentConfig()
