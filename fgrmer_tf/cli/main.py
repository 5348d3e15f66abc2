"""The `fgrmer` command: parses, runs, and turns user mistakes into one clear line."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import tyro

from fgrmer_tf.cli.check import Check
from fgrmer_tf.cli.compare import Compare
from fgrmer_tf.cli.demo import Demo
from fgrmer_tf.cli.evaluate import Evaluate
from fgrmer_tf.cli.explain import Explain
from fgrmer_tf.cli.export import Export
from fgrmer_tf.cli.features import Features
from fgrmer_tf.cli.fetch_models import FetchModels
from fgrmer_tf.cli.import_torch import ImportTorch
from fgrmer_tf.cli.magnify import Magnify
from fgrmer_tf.cli.model_options import experiment_options
from fgrmer_tf.cli.predict import Predict
from fgrmer_tf.cli.prepare import Prepare
from fgrmer_tf.cli.push import Push
from fgrmer_tf.cli.runs import Runs
from fgrmer_tf.cli.serve import Serve
from fgrmer_tf.cli.store import Store
from fgrmer_tf.cli.synth import Synth
from fgrmer_tf.cli.train import Train
from fgrmer_tf.cli.transfer_command import transfer_command
from fgrmer_tf.cli.validate_serving import ValidateServing
from fgrmer_tf.errors import InputError
from fgrmer_tf.experiments import DEFAULT, EXPERIMENTS

_DESCRIPTION = "Micro-expression recognition, from raw frames to a served model."
_INTERRUPTED = 130


def _experiment(argv: Sequence[str]) -> str:
    """The name of the settings that `--experiment` chooses as defaults of the options.

    They must be known before the options are parsed, so that `--help` shows them and
    single options override them. An unknown name is left for the parser to refuse.
    """
    return next(
        (
            after if argument == "--experiment" else argument.partition("=")[2]
            for argument, after in zip(argv, [*argv[1:], ""], strict=True)
            if argument.partition("=")[0] == "--experiment"
        ),
        "",
    )


def _parse(argv: Sequence[str]) -> Any:
    chosen = _experiment(argv)
    experiment = experiment_options(EXPERIMENTS.get(chosen, DEFAULT))
    evaluate = Evaluate(store=tyro.MISSING, out=tyro.MISSING, **experiment)
    train = Train(store=tyro.MISSING, out=tyro.MISSING, **experiment)
    transfer: Any = Annotated[
        transfer_command(chosen), tyro.conf.subcommand("transfer")
    ]
    commands = (
        Annotated[Demo, tyro.conf.subcommand("demo")]
        | Annotated[Synth, tyro.conf.subcommand("synth")]
        | Annotated[Check, tyro.conf.subcommand("check")]
        | Annotated[Prepare, tyro.conf.subcommand("prepare")]
        | Annotated[Store, tyro.conf.subcommand("store")]
        | Annotated[Features, tyro.conf.subcommand("features")]
        | Annotated[Evaluate, tyro.conf.subcommand("evaluate", default=evaluate)]
        | Annotated[Compare, tyro.conf.subcommand("compare")]
        | Annotated[Runs, tyro.conf.subcommand("runs")]
        | Annotated[Train, tyro.conf.subcommand("train", default=train)]
        | Annotated[Predict, tyro.conf.subcommand("predict")]
        | Annotated[Explain, tyro.conf.subcommand("explain")]
        | Annotated[Export, tyro.conf.subcommand("export")]
        | Annotated[Push, tyro.conf.subcommand("push")]
        | Annotated[Serve, tyro.conf.subcommand("serve")]
        | Annotated[ValidateServing, tyro.conf.subcommand("validate-serving")]
        | Annotated[Magnify, tyro.conf.subcommand("magnify")]
        | transfer
        | Annotated[ImportTorch, tyro.conf.subcommand("import-torch")]
        | Annotated[FetchModels, tyro.conf.subcommand("fetch-models")]
    )
    return tyro.cli(commands, prog="fgrmer", description=_DESCRIPTION, args=list(argv))


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        0 on success, 1 when the system refuses or a command's verdict is no, 2 on wrong
        input, 130 after Ctrl-C. A defect keeps its traceback.
    """
    # TensorFlow's log is for its developers: what fails reaches us as an exception.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        return _parse(sys.argv[1:] if argv is None else argv).run() or 0
    except InputError as error:
        print(f"fgrmer: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        # Disk full, no permission, a name too long: the message says which and where.
        print(f"fgrmer: {error}. Nothing half-written is left.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("fgrmer: stopped; what was finished is kept.", file=sys.stderr)
        return _INTERRUPTED
