"""The scores of a run as a table for other programs: one number a row."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

COLUMNS = ("system", "scope", "seed", "score", "value", "low", "high")


def score_csv(metrics: Mapping[str, Any]) -> str:
    """`metrics.json` as CSV.

    `system` is `honest`, `oracle`, `linear`, `majority` or `shuffled_linear`; `scope`
    is `full`, the name of a data set, or `class:` and its name; `seed` is empty for a
    mean over seeds; `low` and `high` are the 95 % interval over subjects where there
    is one.

    Args:
        metrics: Content of `metrics.json`.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(metrics))
    return text.getvalue()


def _rows(metrics: Mapping[str, Any]) -> Iterator[tuple]:
    for system, scored in (
        ("honest", metrics),
        ("oracle", metrics["oracle"]),
        ("linear", metrics["linear"]),
    ):
        if scored:
            yield from _scopes(system, "", scored)
    for one in metrics["per_seed"]:
        yield from _scopes("honest", one["seed"], one)
    for name, value in metrics["majority"].items():
        yield ("majority", "full", "", name, value, "", "")
    for number, control in enumerate(metrics["shuffled_linear"]):
        for name, value in control.items():
            yield ("shuffled_linear", "full", number, name, value, "", "")


def _scopes(system: str, seed: object, scored: Mapping[str, Any]) -> Iterator[tuple]:
    intervals = scored.get("intervals", {"full": {}, "datasets": {}})
    scopes = [("full", scored["full"], intervals["full"])]
    scopes += [
        (name, values, intervals["datasets"].get(name, {}))
        for name, values in scored["datasets"].items()
    ]
    scopes += [
        (f"class:{name}", {k: v for k, v in values.items() if k != "clips"}, {})
        for name, values in scored.get("classes", {}).items()
    ]
    for scope, values, edges in scopes:
        for name, value in values.items():
            yield (system, scope, seed, name, value, *edges.get(name, ("", "")))
