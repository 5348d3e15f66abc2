"""`fgrmer transfer ablation`: what each part of TransFER is worth, as a table."""

import csv
import dataclasses
import io
from typing import Annotated, Any, get_args

import tyro

from fgrmer_tf import atomic
from fgrmer_tf.cli.console import console, say
from fgrmer_tf.cli.transfer import TransferFit, evaluate_transfer
from fgrmer_tf.cli.transfer_options import BY_DATA_SET, PhotoProtocol
from fgrmer_tf.evaluation.metrics import SCORES
from fgrmer_tf.transfer_experiments import Variant, variant

TABLE = "ablation.csv"


@dataclasses.dataclass(frozen=True, kw_only=True)
class TransferAblation(TransferFit):
    """Evaluates the parts of TransFER one by one, and what may stand in MAD's place.

    Every variant has the same folds, seeds and settings but the one that it is about,
    and a run folder of its own in OUT.
    """

    variants: tuple[Variant, ...] = get_args(Variant)
    """Which rows; by default all."""
    split: Annotated[PhotoProtocol, tyro.conf.arg(name="")] = BY_DATA_SET
    seed: tuple[int, ...] = (0,)
    """One or more seeds; scores are averaged over them."""

    def run(self) -> None:
        from fgrmer_tf.models.transfer import build_transfer
        from input_pipeline.macro.store import read_store

        base = self.settings_of(read_store(self.store))
        rows: list[dict[str, Any]] = []
        for name in self.variants:
            experiment = variant(base, name)
            metrics = evaluate_transfer(
                self.store,
                self.out / name,
                experiment,
                self.fit,
                self.split,
                self.seed,
                self.start,
            )
            parameters = build_transfer(experiment.network).count_params()
            rows.append(ablation_row(name, parameters, metrics))
            say(f"{name}: macro F1 {metrics['full']['uf1']:.3f}")
        atomic.write_text(self.out / TABLE, table_csv(rows))
        _print(rows)
        say(f"table: {self.out / TABLE}")


def ablation_row(name: str, parameters: int, metrics: dict[str, Any]) -> dict[str, Any]:
    """One row of the table: each score with its interval where it has one.

    Args:
        name: The variant.
        parameters: Weights of its network.
        metrics: Content of its `metrics.json`.
    """
    row: dict[str, Any] = {"variant": name, "parameters": parameters}
    for score in SCORES:
        low, high = metrics["intervals"]["full"].get(score, ("", ""))
        row |= {
            score: metrics["full"][score],
            f"{score}_low": low,
            f"{score}_high": high,
        }
    return row


def table_csv(rows: list[dict[str, Any]]) -> str:
    """The rows as CSV with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _print(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table("variant", "parameters", "accuracy", "macro F1", "UAR")
    for row in rows:
        cells = [
            f"{row[score]:.3f}"
            + (
                f" ({row[f'{score}_low']:.3f} to {row[f'{score}_high']:.3f})"
                if row[f"{score}_low"] != ""
                else ""
            )
            for score in ("accuracy", "uf1", "uar")
        ]
        table.add_row(row["variant"], f"{row['parameters']:,}", *cells)
    console.print(table)
