"""Options that the commands of TransFER share, and how they meet a store."""

import dataclasses
from typing import TYPE_CHECKING, Any, Literal

import tyro

from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import IMAGE_DEVIATION, IMAGE_MEAN
from fgrmer_tf.transfer_config import TransferConfig, TransferExperiment

if TYPE_CHECKING:
    import numpy as np

    from fgrmer_tf.evaluation.protocols import Fold
    from input_pipeline.macro.store import PhotoTable

Protocol = Literal["official", "kfold"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class TransferOptions(TransferConfig):
    """Architecture of TransFER, but for its classes and the size of its pictures."""

    num_classes: tyro.conf.Suppress[int] = TransferConfig.num_classes
    image_size: tyro.conf.Suppress[int] = TransferConfig.image_size


PUBLISHED_NETWORK = TransferOptions()
"""The architecture of the released TransFER."""


def transfer_options(experiment: TransferExperiment) -> dict[str, Any]:
    """The options `network`, `train` and `augment` as named settings have them."""
    network = TransferOptions(**dataclasses.asdict(experiment.network))
    return {
        "network": network,
        "train": experiment.train,
        "augment": experiment.augment,
    }


@dataclasses.dataclass(frozen=True, kw_only=True)
class PhotoProtocol:
    """Which pictures are tested with a model of which others."""

    protocol: Protocol | None = None
    """`official`: the data set's own parts; `kfold`: subject-grouped folds. By default
    official where the data set has parts."""
    folds: int = 10
    """How many folds for `kfold`."""

    def name(self, table: "PhotoTable") -> Protocol:
        """The protocol, decided."""
        return self.protocol or ("official" if "test" in table.split else "kfold")

    def settings(self, table: "PhotoTable") -> dict[str, Any]:
        """What decides the folds."""
        name = self.name(table)
        folds = {"folds": self.folds} if name == "kfold" else {}
        return {"protocol": name, **folds}

    def make(self, table: "PhotoTable") -> "list[Fold]":
        """The folds; subject-grouped ones are looked through for leaks.

        What official parts have on both sides is theirs: it is counted in the report.

        Raises:
            InputError: If the parts or the subjects that it needs are not known.
            InputError: As `subject_folds` does.
            InputError: If a picture is on both sides of a subject-grouped fold.
        """
        from fgrmer_tf.evaluation import leaks
        from fgrmer_tf.evaluation.protocols import Fold, subject_folds

        columns, known = (table.dataset, table.subject), table.header["subjects_known"]
        if self.name(table) == "official":
            train, test = training_rows(table), rows_of(table, "test")
            if not len(test) or "train" not in table.split:
                raise InputError(
                    "--protocol official needs the parts train and test. Received: a "
                    "store without them. Use --protocol kfold."
                )
            folds = [Fold("official", train, test)]
        elif not known:
            raise InputError(
                "--protocol kfold groups pictures by subject. Received: a store whose "
                "subjects are not known. Use --protocol official, or add subjects.csv."
            )
        else:
            folds = subject_folds(*columns, folds=self.folds)
            content = leaks.content_keys(table.images)
            for fold in folds:
                leaks.refuse_shared_subjects(fold, *columns)
                leaks.refuse_twins(fold, content, table.clip)
        return folds


BY_DATA_SET = PhotoProtocol()
"""Official parts where there are some, else ten subject-grouped folds."""


def rows_of(table: "PhotoTable", split: str) -> "np.ndarray":
    """Rows of one official part."""
    import numpy as np

    return np.flatnonzero(table.split == split)


def training_rows(table: "PhotoTable") -> "np.ndarray":
    """What a model that is kept learns from: the part `train`, or all without parts."""
    import numpy as np

    train = rows_of(table, "train")
    return train if len(train) else np.arange(len(table))


def scored_rows(table: "PhotoTable") -> "np.ndarray":
    """What a model that is ready is asked about: the part `test`, or all without parts.

    Raises:
        InputError: If the store has parts, but none for testing.
    """
    import numpy as np

    test = rows_of(table, "test")
    if len(test):
        return test
    parts = sorted({*table.split.tolist()} - {""})
    if parts:
        raise InputError(
            "What is scored is the part test, or all of a store without parts. "
            f"Received: a store with {', '.join(parts)} alone. Prepare the part test."
        )
    return np.arange(len(table))


def resolve_network(table: "PhotoTable", network: TransferConfig) -> TransferConfig:
    """The network with the store's classes and picture size."""
    fields = {
        **dataclasses.asdict(network),
        "num_classes": len(table.class_names),
        "image_size": table.side,
    }
    return TransferConfig(**fields)


def run_settings(
    table: "PhotoTable", experiment: TransferExperiment, **more: Any
) -> dict[str, Any]:
    """What decides a run, and what it takes to feed its model."""
    return {
        "system": "transfer",
        "class_names": list(table.class_names),
        "image_size": table.side,
        "normalization": {
            "mean": list(IMAGE_MEAN),
            "deviation": list(IMAGE_DEVIATION),
        },
        "alignment": table.header["alignment"],
        "network": dataclasses.asdict(experiment.network),
        "train": dataclasses.asdict(experiment.train),
        "augment": dataclasses.asdict(experiment.augment),
        "store": table.header["key"],
        "data": {"dataset": table.header["dataset"], **table.header["reading"]},
        **more,
    }
