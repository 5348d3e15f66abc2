"""The family of `fgrmer transfer`, with the named settings as defaults."""

import dataclasses
from typing import Annotated, Any

import tyro

from fgrmer_tf.cli.transfer import TransferEvaluate, TransferTrain
from fgrmer_tf.cli.transfer_ablation import TransferAblation
from fgrmer_tf.cli.transfer_import import TransferImportTorch
from fgrmer_tf.cli.transfer_options import transfer_options
from fgrmer_tf.cli.transfer_prepare import TransferPrepare
from fgrmer_tf.cli.transfer_score import TransferScore
from fgrmer_tf.transfer_experiments import SMALL, TRANSFER_EXPERIMENTS

_DOC = """TransFER: whole expressions in pictures.

`prepare` makes an image store of RAF-DB, FERPlus, AffectNet, CK+ or class folders;
`train`, `evaluate` and `ablation` read it; `score` asks a model that is ready;
`import-torch` makes one of weights that others have released."""


def transfer_command(chosen: str) -> Any:
    """The command's class.

    Args:
        chosen: Name of the experiment whose values are the defaults; an unknown one is
            left for the parser to refuse.
    """
    options = transfer_options(TRANSFER_EXPERIMENTS.get(chosen, SMALL))
    needed = {"store": tyro.MISSING, "out": tyro.MISSING}

    def fitting(kind: Any, name: str) -> Any:
        default = kind(**needed, **options)
        return Annotated[kind, tyro.conf.subcommand(name, default=default)]

    actions: Any = (
        Annotated[TransferPrepare, tyro.conf.subcommand("prepare")]
        | fitting(TransferTrain, "train")
        | fitting(TransferEvaluate, "evaluate")
        | fitting(TransferAblation, "ablation")
        | Annotated[TransferScore, tyro.conf.subcommand("score")]
        | Annotated[TransferImportTorch, tyro.conf.subcommand("import-torch")]
    )
    return dataclasses.make_dataclass(
        "Transfer",
        [("action", Annotated[actions, tyro.conf.arg(name="")])],
        namespace={"__doc__": _DOC, "run": lambda self: self.action.run()},
        frozen=True,
        kw_only=True,
    )
