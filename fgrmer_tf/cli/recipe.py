"""What `evaluate` and `train` share: from a table and settings to a fold's data."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fgrmer_tf.config import FIXED_EPOCHS, ExperimentConfig, SelectionConfig
from input_pipeline.native_output import silenced

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    from fgrmer_tf.evaluation.protocols import Fold
    from fgrmer_tf.training.fold_data import FoldData
    from fgrmer_tf.training.fold_trainer import FoldTrainer
    from fgrmer_tf.training.linear_fit import LinearWeights
    from input_pipeline.au_graph import AUStatistics
    from input_pipeline.feature_table import FeatureTable


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipe:
    """A resolved experiment on one table: where the folds of a run come from.

    Args:
        table: Every clip.
        config: Settings, with classes, channels and embedding width of the table.
        au_matrix: The user's AU embeddings, or `None`.
        selection: How the number of epochs is chosen.
        probes: By name, the variant of the tested clips that the trained models are
            asked about too.
    """

    table: "FeatureTable"
    config: ExperimentConfig
    au_matrix: np.ndarray | None = None
    selection: SelectionConfig = FIXED_EPOCHS
    probes: dict[str, int] = dataclasses.field(default_factory=dict)

    @property
    def label(self) -> np.ndarray:
        """Integers `(clips,)`."""
        return self.table.label

    @property
    def dataset(self) -> np.ndarray:
        """Unicode `(clips,)`."""
        return self.table.dataset

    @property
    def subject(self) -> np.ndarray:
        """Unicode `(clips,)`."""
        return self.table.subject

    @property
    def epochs(self) -> int:
        """How often each training clip is shown, or the most under `inner`."""
        return self.config.train.epochs

    def model(self) -> "keras.Model":
        """A new model, drawn from Keras' global generator."""
        from fgrmer_tf.models.fgrmer import build_fgrmer

        return build_fgrmer(**dataclasses.asdict(self.config.model))

    def open(self) -> "FoldTrainer":
        """What trains folds in this process, on one thread."""
        with silenced():
            import tensorflow as tf
        tf.get_logger().setLevel("ERROR")
        from fgrmer_tf.training.fold_data import Batching
        from fgrmer_tf.training.fold_trainer import FoldTrainer
        from fgrmer_tf.training.threads import one_thread
        from input_pipeline import batches

        one_thread()
        train = self.config.train
        training = functools.partial(
            batches.training_batch,
            mirror=train.mirror,
            variant_rate=train.variant_rate,
        )
        batching = Batching(
            order=batches.epoch_order,
            training=training,
            inference=batches.inference_batch,
        )
        return FoldTrainer(self.model, batching, train)

    def fold_data(self, fold: "Fold") -> "FoldData":
        """Both sides of a fold; every statistic comes from its training clips.

        Args:
            fold: Rows to train on and rows to test.
        """
        from fgrmer_tf.evaluation.labels import missing_classes
        from fgrmer_tf.evaluation.leaks import learn
        from fgrmer_tf.training.fold_data import FoldData
        from input_pipeline.batch_columns import inference_columns, training_columns

        statistics = learn("AU statistics", fold.train, self.statistics)
        statistics.require_within(fold)
        embeddings = self.embeddings(statistics.value)
        tested = self.table.rows(fold.test)

        def inputs(table: "FeatureTable") -> dict[str, Any]:
            return inference_columns(
                table,
                embeddings=embeddings,
                evidence=self.evidence,
                motion_map=self.reads_map,
            )

        return FoldData(
            fold=fold,
            train=training_columns(
                self.table.rows(fold.train),
                embeddings=embeddings,
                evidence=self.evidence,
                class_balanced=self.config.train.class_balanced,
                mirror=self.config.train.mirror,
                motion_map=self.reads_map,
            ),
            test=inputs(tested),
            adjacency=(
                statistics.part(lambda of: of.adjacency) if self.has_graph else None
            ),
            linear=(
                learn("linear path", fold.train, self.linear_path)
                if self.config.model.linear_path != "none"
                else None
            ),
            notes=(
                *missing_classes(self.table.label, fold, self.table.class_names),
                *statistics.value.notes,
            ),
            probes={
                name: inputs(
                    dataclasses.replace(tested, patches=tested.variants[:, place])
                )
                for name, place in self.probes.items()
            },
        )

    def statistics(self, rows: np.ndarray) -> "AUStatistics":
        """AU adjacency and embeddings from the clips at `rows` alone."""
        from input_pipeline.au_graph import au_statistics

        dim = self.config.model.embedding_dim
        form = self.config.train.adjacency_form
        return au_statistics(self.table.au[rows], dim, self.au_matrix, form)

    def embeddings(self, statistics: "AUStatistics") -> np.ndarray | None:
        """What the second input is fed with; `None` for a learned embedding."""
        given = self.config.model.au_embedding == "given" and self.has_graph
        return statistics.embeddings if given else None

    def linear_path(self, rows: np.ndarray) -> "LinearWeights":
        """Where the linear path starts: from the clips at `rows` alone."""
        from fgrmer_tf.training.linear_fit import fit_linear, standardise
        from input_pipeline.batch_columns import linear_values

        model, train = self.config.model, self.config.train
        table = self.table.rows(rows)
        values = linear_values(table, motion_map=self.reads_map, mirror=train.mirror)
        if model.linear_path == "trained":
            return standardise(values, model.num_classes)
        label = np.tile(table.label, len(values) // len(table))
        return fit_linear(values, label, model.num_classes, train.linear_strength)

    @property
    def has_graph(self) -> bool:
        """Whether AU nodes come from an AU graph."""
        return self.config.model.au_branch == "graph"

    @property
    def reads_map(self) -> bool:
        """Whether the model has the input `motion_map`."""
        model = self.config.model
        return model.linear_path != "none" and model.linear_input == "map"

    @property
    def evidence(self) -> bool:
        """Whether embedding rows are weighted by the clip's own AU evidence."""
        given = self.config.model.au_embedding == "given" and self.has_graph
        return self.config.train.au_evidence and given

    def training_data(
        self, rows: np.ndarray, embeddings: np.ndarray | None, seed: int
    ) -> "tf.data.Dataset":
        """Batches of the clips at `rows` for all epochs, as the settings want them."""
        from input_pipeline import tfdata

        train = self.config.train
        return tfdata.training(
            self.table.rows(rows),
            embeddings=embeddings,
            evidence=self.evidence,
            class_balanced=train.class_balanced,
            mirror=train.mirror,
            variant_rate=train.variant_rate,
            motion_map=self.reads_map,
            batch_size=train.batch_size,
            seed=seed,
            epochs=train.epochs,
        )

    def settings(self, seeds: Sequence[int]) -> dict[str, Any]:
        """What decides a training, whichever command starts it."""
        matrix = self.au_matrix
        return {
            "experiment": dataclasses.asdict(self.config),
            "seeds": list(seeds),
            "au_matrix": None if matrix is None else matrix.tolist(),
        }
