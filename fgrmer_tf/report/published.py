"""Numbers from elsewhere, kept apart from what is measured here."""

import csv
from pathlib import Path

_FOLDER = Path(__file__).parent


def _read(name: str) -> list[dict[str, str]]:
    with open(_FOLDER / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def published_results() -> list[dict[str, str]]:
    """UF1 and UAR on the MEGC 2019 composite as others report them.

    Returns:
        Rows of `published.csv`: `method`, `year`, `{full,smic,casme2,samm}_{uf1,uar}`,
        `epoch_from_test_fold` (whether the epoch was chosen on the test fold: `yes`
        means that the number peeks), `source` and `checked` (against what). Empty
        where not known.
    """
    return _read("published.csv")


def measured_elsewhere() -> list[dict[str, str]]:
    """One honest protocol, many recipes, on the real MEGC 2019 composite.

    The 442 clips are licensed and not part of this project: the numbers cannot be
    repeated with it alone. 68 folds, 12 epochs, last epoch, mean of 3 seeds; features
    were public 28 x 28 maps of optical flow.

    Returns:
        Rows of `measured.csv`: `system`, scores as above, and `peeks`.
    """
    return _read("measured.csv")
