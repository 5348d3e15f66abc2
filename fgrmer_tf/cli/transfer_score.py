"""`fgrmer transfer score`: a model that is ready, asked about pictures of a store."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from fgrmer_tf.cli.console import console, say, start_tensorflow
from fgrmer_tf.cli.transfer_folds import ask
from fgrmer_tf.cli.transfer_options import rows_of, scored_rows, training_rows
from fgrmer_tf.cli.transfer_report import conclude_transfer, say_scores
from fgrmer_tf.cli.transfer_seen import Seen
from fgrmer_tf.cli.transfer_trained import load_transfer
from fgrmer_tf.cli.transfer_weights import UNKNOWN_FIT, sha256_of
from fgrmer_tf.errors import InputError

if TYPE_CHECKING:
    import keras
    import numpy as np

    from export.transfer_graph import TransferConstants
    from input_pipeline.macro.store import PhotoTable

_PARTS = {"test": "the part test", "all": "all, since it has no parts"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class TransferScore:
    """Scores a ready model on the test part of a store; nothing is trained.

    A store without parts is scored whole. Refused where the model was trained on people
    or pictures that are scored, as far as its run tells.
    """

    store: Path
    """Image store, of `transfer prepare`."""
    model: Path
    """Run of `transfer train` or `transfer import-torch`."""
    out: Path
    """Run folder to make: predictions, scores and report.html."""

    def run(self) -> None:
        start_tensorflow()
        from fgrmer_tf.training.run_folder import MODEL_FILE, RunFolder, read_settings
        from input_pipeline.macro.store import read_store

        table = read_store(self.store)
        rows = scored_rows(table)
        model, constants = load_transfer(self.model)
        made_by = read_settings(self.model)
        order = outputs_of(model, constants, table)
        part = "test" if "test" in table.split else "all"
        notes = [
            f"`{self.model.resolve().name}` is asked about {len(rows)} of "
            f"{len(table)} pictures of {table.header['dataset']} ({_PARTS[part]}); "
            "nothing is trained.",
            *self._origin(made_by, table, rows),
        ]
        for note in notes:
            say(escape(note))
        settings = {
            "system": "transfer",
            "protocol": "score",
            "class_names": list(table.class_names),
            "store": table.header["key"],
            "data": {"dataset": table.header["dataset"], **table.header["reading"]},
            "part": part,
            "model": {"sha256": sha256_of(self.model / MODEL_FILE), **made_by},
        }
        with RunFolder(self.out, settings) as run, console.status("scoring"):
            if not run.results:
                run.append(
                    ask(
                        table,
                        rows,
                        lambda: (model, ()),
                        fold=part,
                        # Imported weights have no seed.
                        seed=made_by.get("seeds", [0])[0],
                        epoch=made_by.get("train", {}).get("epochs", 0),
                        notes=(),
                        order=order,
                    )
                )
            metrics = conclude_transfer(
                store=self.store,
                table=table,
                run=run,
                results=run.results,
                notes=notes,
                selection="ready",
            )
        say_scores(metrics, self.out)

    def _origin(
        self, made_by: dict[str, Any], table: "PhotoTable", rows: "np.ndarray"
    ) -> list[str]:
        """What is known of the model's training, beside what is scored.

        Raises:
            InputError: If it was trained on people or pictures that are scored, other
                than those that the store has in its part `train` too.
        """
        if "imported" in made_by:
            found = made_by["imported"]
            return [
                f"The model is `{found['file']}` ({found['release']}, SHA-256 "
                f"{found['sha256']}).",
                UNKNOWN_FIT,
            ]
        dataset, notes = made_by["data"]["dataset"], []
        if "start" in made_by:
            notes = ["Its training started from released weights.", UNKNOWN_FIT]
        seen, asked = Seen.read(self.model), Seen.of(table, rows)
        if seen is None and made_by["store"] == table.header["key"]:
            seen = Seen.of(table, training_rows(table))
        if seen is None:
            return [
                *notes,
                f"Its run does not list the pictures of {dataset} that it was trained "
                "on: where they are the tested ones, or show the same people, the "
                "scores flatter.",
            ]
        met = seen.met_in(asked)
        # Its own part is read, picture by picture, only where something was met.
        if met and seen.again(asked) - _own_part(table).again(asked):
            raise InputError(
                "A model is scored on people and pictures that it was not trained on. "
                f"Received: `{self.model}` and `{self.store}`. {' '.join(met)} Give "
                "other pictures, or use `fgrmer transfer evaluate`."
            )
        if met:
            met.append("The parts of a data set are taken as they are.")
        elif dataset == table.header["dataset"] and seen.people and asked.people:
            met.append("None of the people who are tested was trained on.")
        else:
            met.append("Whether the same people are tested is not known.")
        count = f"It was trained on {len(seen.pictures)} pictures of {dataset}."
        return [*notes, count, *seen.absent(table.class_names), *met]


def _own_part(table: "PhotoTable") -> Seen:
    return Seen.of(table, rows_of(table, "train"))


def outputs_of(
    model: "keras.Model", constants: "TransferConstants", table: "PhotoTable"
) -> list[int]:
    """Output of the model for each class of the store, by name.

    Raises:
        InputError: If model and store have other classes, or other squares.
    """
    names, ours = constants.class_names, table.class_names
    if sorted(names) != sorted(ours):
        raise InputError(
            "Model and store must have the same classes, in any order. Received: the "
            f"model has {', '.join(names)}; the store has {', '.join(ours)}. Prepare "
            "a store of the model's classes."
        )
    taken: Any = model.input
    needed = {"side": taken["images"].shape[1], "alignment": constants.alignment}
    given = {name: table.header[name] for name in needed}
    if given != needed:
        options = " ".join(f"--{name} {value}" for name, value in needed.items())
        raise InputError(
            f"The store must have squares as the model takes them, {needed}. "
            f"Received: {given}. Prepare it with {options}."
        )
    return [names.index(name) for name in ours]
