"""`fgrmer demo`: the main job on data made here, from frames to exported models."""

import dataclasses
import shlex
from collections.abc import Callable
from pathlib import Path

from fgrmer_tf.cli.console import say
from fgrmer_tf.cli.evaluate import Evaluate
from fgrmer_tf.cli.export import Export
from fgrmer_tf.cli.model_options import experiment_options
from fgrmer_tf.cli.predict import Predict
from fgrmer_tf.cli.prepare import Prepare
from fgrmer_tf.cli.synth import Synth
from fgrmer_tf.cli.train import Train
from fgrmer_tf.experiments import DEFAULT


@dataclasses.dataclass(frozen=True, kw_only=True)
class Demo:
    """Makes a data set, prepares, evaluates, trains, exports and predicts.

    Every step is one of the other commands and is shown as such.
    """

    out: Path = Path("demo")
    """Folder for everything; a second run reuses what is there."""

    def run(self) -> None:
        data, store, run, export = (
            self.out / name for name in ("data", "store", "model", "export")
        )
        settings = experiment_options(DEFAULT)
        if not data.exists():
            _step(f"synth {data} --no-traps", Synth(out=data, traps=False).run)
        _step(
            f"prepare --data casme2={data} --out {store}",
            Prepare(data=(f"casme2={data}",), out=store).run,
        )
        evaluation = self.out / "evaluation"
        _step(
            f"evaluate --store {store} --out {evaluation}",
            Evaluate(store=store, out=evaluation, **settings).run,
        )
        _step(
            f"train --store {store} --out {run}",
            Train(store=store, out=run, **settings).run,
        )
        if not export.exists():
            _step(
                f"export {run} --out {export} --store {store}",
                Export(source=run, out=export, store=store).run,
            )
        clip = _first_clip(store)
        pair, spotted = self.out / "pair.png", self.out / "clip.png"
        _step(
            f"predict --model {run} --onset {clip.onset_path} "
            f"--apex {clip.apex_path} --overlay {pair}",
            Predict(
                model=run, onset=clip.onset_path, apex=clip.apex_path, overlay=pair
            ).run,
        )
        _step(
            f"predict --model {export} --clip {clip.frames_dir} --overlay {spotted}",
            Predict(model=export, clip=clip.frames_dir, overlay=spotted).run,
        )
        say("\n[bold]To look at[/bold]")
        for what, path in (
            ("report", evaluation / "report.html"),
            ("exported models", export),
            ("the clips", data / "contact_sheet.png"),
            ("a prediction", pair),
            ("a prediction with spotted apex", spotted),
        ):
            say(f"  {what:<32}{path}")


def _step(command: str, run: Callable[[], None]) -> None:
    say(f"\n[bold cyan]$ fgrmer {' '.join(map(shlex.quote, command.split()))}[/]")
    run()


def _first_clip(store: Path):
    from fgrmer_tf.spec import MEGC2019_CLASSES
    from input_pipeline.records import read_manifest

    return read_manifest(store / "manifest.csv", MEGC2019_CLASSES).samples[0]
