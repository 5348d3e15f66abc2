"""Options that `evaluate` and `train` share, and how they meet a table."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tyro

from fgrmer_tf.cli.recipe import Recipe
from fgrmer_tf.config import ExperimentConfig, ModelConfig, TrainConfig
from fgrmer_tf.errors import InputError

if TYPE_CHECKING:
    from input_pipeline.feature_table import FeatureTable


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelOptions(ModelConfig):
    """Architecture of FGRMER; classes and channels are those of the store."""

    num_classes: tyro.conf.Suppress[int] = ModelConfig.num_classes
    channels: tyro.conf.Suppress[int] = ModelConfig.channels
    map_size: tyro.conf.Suppress[int] = ModelConfig.map_size


def experiment_options(config: ExperimentConfig) -> dict[str, Any]:
    """The options `train` and `fgrmer` of a command, as named settings have them."""
    model = ModelOptions(**dataclasses.asdict(config.model))
    return {"train": config.train, "fgrmer": model}


def resolve(
    table: "FeatureTable",
    model: ModelConfig,
    train: TrainConfig,
    au_matrix: Path | None,
) -> Recipe:
    """Fits the settings to the table: classes, channels, width of a user's matrix.

    Raises:
        InputError: If a matrix is given to a model that learns its embedding, or the
            matrix cannot be read.
    """
    from input_pipeline.au_graph import read_matrix

    matrix = None
    if au_matrix is not None:
        if model.au_embedding == "learned":
            raise InputError(
                "An AU matrix is used with --fgrmer.au-embedding given. Received: "
                "learned. Drop one of the two."
            )
        matrix = read_matrix(au_matrix)
        model = dataclasses.replace(model, embedding_dim=matrix.shape[-1])
    model = dataclasses.replace(
        model,
        num_classes=len(table.class_names),
        channels=table.channels,
        map_size=table.motion_map.shape[1] or model.map_size,
    )
    config = ExperimentConfig(model=model, train=train)
    return Recipe(table=table, config=config, au_matrix=matrix)
