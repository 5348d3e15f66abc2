"""`fgrmer train`: one model on all clips of a store, to be used."""

import dataclasses
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from fgrmer_tf.cli.console import progress, say, start_tensorflow
from fgrmer_tf.cli.model_options import ModelOptions, resolve
from fgrmer_tf.config import PLAIN_FIT, FitConfig, TrainConfig
from fgrmer_tf.experiments import ExperimentName


@dataclasses.dataclass(frozen=True, kw_only=True)
class Train:
    """Fits one model to every clip of a store; its accuracy is what evaluate says."""

    store: Path
    """Feature store."""
    out: Path
    """Run folder: model.keras, config.json, versions.json."""
    seed: int = 0
    """Start of the weights and order of the clips."""
    experiment: ExperimentName = "default"
    """Named settings that the options below start from."""
    au_matrix: Path | None = None
    """AU embeddings of your own: .npy or .csv, a row an AU."""
    train: Annotated[TrainConfig, tyro.conf.arg(name="")]
    fit: Annotated[FitConfig, tyro.conf.arg(name="")] = PLAIN_FIT
    fgrmer: ModelOptions

    def run(self) -> None:
        start_tensorflow()
        from export.serving_graph import ServingConstants
        from fgrmer_tf.cli.trained import save_constants
        from fgrmer_tf.training.final_model import train_final
        from fgrmer_tf.training.one_model import fit_one
        from fgrmer_tf.training.run_folder import RunFolder
        from input_pipeline import feature_store

        header = feature_store.read_header(self.store)
        table = feature_store.read(self.store)
        recipe = resolve(table, self.fgrmer, self.train, self.au_matrix)
        settings = {
            **recipe.settings([self.seed]),
            "fit": dataclasses.asdict(self.fit),
            "store": header.key,
            "protocol": "none: every clip is trained on",
        }
        everything = np.arange(len(table))
        statistics = recipe.statistics(everything)
        linear = None
        if recipe.config.model.linear_path != "none":
            linear = recipe.linear_path(everything)
        constants = ServingConstants(
            class_names=table.class_names,
            au_embeddings=recipe.embeddings(statistics),
            au_evidence=recipe.evidence,
            preprocessing=dict(header.settings),
        )
        with RunFolder(self.out, settings) as run, progress("training") as update:
            save_constants(run.path, constants)
            train_final(
                lambda: fit_one(
                    recipe.model,
                    recipe.training_data(
                        everything, constants.au_embeddings, self.seed
                    ),
                    len(table),
                    self.train,
                    seed=self.seed,
                    adjacency=statistics.adjacency if recipe.has_graph else None,
                    linear=linear,
                    fit=self.fit,
                    log_folder=run.path / "tensorboard",
                    on_epoch=lambda epoch, _: update(epoch, self.train.epochs),
                ),
                self.seed,
                run,
            )
        say(f"trained model: {self.out}")
