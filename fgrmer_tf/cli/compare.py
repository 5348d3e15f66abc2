"""`fgrmer compare`: is one run better than another, or was it luck?"""

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

import tyro

from fgrmer_tf.cli.console import say
from fgrmer_tf.errors import InputError

if TYPE_CHECKING:
    from fgrmer_tf.evaluation.comparison import Comparison
    from fgrmer_tf.evaluation.results import Predictions


@dataclasses.dataclass(frozen=True, kw_only=True)
class Compare:
    """Tests two runs on the same clips: McNemar, and an interval over subjects."""

    first: tyro.conf.Positional[Path]
    """Run folder of `fgrmer evaluate`, or one of its CSV files of predictions."""
    second: tyro.conf.Positional[Path]
    """The run to compare it with."""
    json: bool = False
    """Print one JSON object in place of tables."""

    def run(self) -> None:
        from fgrmer_tf.evaluation.comparison import compare

        found = compare(read_run(self.first), read_run(self.second))
        if self.json:
            print(json.dumps(dataclasses.asdict(found)))
        else:
            _print(found, self.first, self.second)


def read_run(path: Path) -> "Predictions":
    """Predictions of a finished run, or of a CSV file.

    Raises:
        InputError: If there are none, or they cannot be read.
    """
    from fgrmer_tf.evaluation.results import read_predictions
    from fgrmer_tf.training.run_folder import PREDICTIONS_FILE

    file = path / PREDICTIONS_FILE if path.is_dir() else path
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InputError(
            f"A run to compare must hold a readable {PREDICTIONS_FILE}. Received: "
            f"`{path}` ({error}). Give a finished folder of `fgrmer evaluate`."
        ) from error
    return read_predictions(text)


def _print(found: "Comparison", first: Path, second: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    scores = Table("score", "first", "second", "second - first", "95 % over subjects")
    for name, (difference, low, high) in found.difference.items():
        scores.add_row(
            name,
            f"{found.first[name]:.3f}",
            f"{found.second[name]:.3f}",
            f"{difference:+.3f}",
            f"{low:+.3f} to {high:+.3f}",
        )
    tests = Table("McNemar, seeds", "only first right", "only second", "mid-p", "exact")
    for seeds, test in found.mcnemar.items():
        tests.add_row(
            seeds,
            str(test.only_first),
            str(test.only_second),
            f"{test.mid_p:.3g}",
            f"{test.exact:.3g}",
        )
    say(f"first: {first}\nsecond: {second}\n{found.clips} clips")
    console = Console()
    console.print(scores)
    console.print(tests)
    low, high = found.difference["uf1"][1:]
    verdict = "no difference shown" if low <= 0 <= high else "UF1 differs"
    print(f"{verdict}: the 95 % interval of UF1 is {low:+.3f} to {high:+.3f}")
