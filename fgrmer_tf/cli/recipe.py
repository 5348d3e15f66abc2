"""What `evaluate` and `train` share: from a table and settings to a fold's data."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tyro

from fgrmer_tf.config import ExperimentConfig, ModelConfig, TrainConfig
from fgrmer_tf.errors import InputError

if TYPE_CHECKING:
    import tensorflow as tf

    from fgrmer_tf.training.fold_trainer import FoldTrainer
    from input_pipeline.au_graph import AUStatistics
    from input_pipeline.feature_table import FeatureTable


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelOptions(ModelConfig):
    """Architecture of FGRMER; classes and channels are those of the store."""

    num_classes: tyro.conf.Suppress[int] = ModelConfig.num_classes
    channels: tyro.conf.Suppress[int] = ModelConfig.channels


def experiment_options(config: ExperimentConfig) -> dict[str, Any]:
    """The options `train` and `model` of a command, as named settings have them."""
    model = ModelOptions(**dataclasses.asdict(config.model))
    return {"train": config.train, "model": model}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipe:
    """A resolved experiment on one table.

    Args:
        table: Every clip.
        config: Settings, with classes, channels and embedding width of the table.
        au_matrix: The user's AU embeddings, or `None`.
    """

    table: "FeatureTable"
    config: ExperimentConfig
    au_matrix: np.ndarray | None

    def trainer(self, seed: int) -> "FoldTrainer":
        """A new model and its trainer, both functions of `seed`."""
        import keras

        from fgrmer_tf.models.fgrmer import build_fgrmer
        from fgrmer_tf.training.fold_trainer import FoldTrainer

        keras.utils.set_random_seed(seed)
        model = build_fgrmer(**dataclasses.asdict(self.config.model))
        return FoldTrainer(model, self.config.train, seed)

    def statistics(self, rows: np.ndarray) -> "AUStatistics":
        """AU adjacency and embeddings from the clips at `rows` alone."""
        from input_pipeline.au_graph import au_statistics

        dim = self.config.model.embedding_dim
        return au_statistics(self.table.au[rows], dim, self.au_matrix)

    def embeddings(self, statistics: "AUStatistics") -> np.ndarray | None:
        """What the second input is fed with; `None` for a learned embedding."""
        given = self.config.model.au_embedding == "given"
        return statistics.embeddings if given else None

    @property
    def evidence(self) -> bool:
        """Whether embedding rows are weighted by the clip's own AU evidence."""
        return self.config.train.au_evidence and self.config.model.au_embedding == (
            "given"
        )

    def training_data(
        self, rows: np.ndarray, embeddings: np.ndarray | None, seed: int
    ) -> "tf.data.Dataset":
        """Batches of the clips at `rows`, as the settings want them."""
        from input_pipeline import tfdata

        train = self.config.train
        return tfdata.training(
            self.table.rows(rows),
            embeddings=embeddings,
            evidence=self.evidence,
            class_balanced=train.class_balanced,
            mirror=train.mirror,
            batch_size=train.batch_size,
            seed=seed,
        )

    def settings(self, store_key: str, seeds: Sequence[int]) -> dict[str, Any]:
        """What a run folder is known by, whichever command made it."""
        from fgrmer_tf.training.config_record import config_to_dict

        matrix = self.au_matrix
        return {
            "experiment": config_to_dict(self.config),
            "seeds": list(seeds),
            "au_matrix": None if matrix is None else matrix.tolist(),
            "store": store_key,
        }


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
                "An AU matrix is used with --model.au-embedding given. Received: "
                "learned. Drop one of the two."
            )
        matrix = read_matrix(au_matrix)
        model = dataclasses.replace(model, embedding_dim=matrix.shape[-1])
    model = dataclasses.replace(
        model, num_classes=len(table.class_names), channels=table.channels
    )
    config = ExperimentConfig(model=model, train=train)
    return Recipe(table=table, config=config, au_matrix=matrix)
