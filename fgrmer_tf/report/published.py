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


def published_accuracies(dataset: str, classes: int) -> list[dict[str, str]]:
    """Accuracies on the official test part of a data set of pictures.

    Source:
        Each row's own. Rows that could only be recalled are left out, as is the
        paper's ablation, which was found nowhere in numbers.

    Args:
        dataset: Short name.
        classes: How many; numbers of another class count are none of its.

    Returns:
        Rows of `published_pictures.csv`: `method`, `year`, `dataset`, `classes`,
        `accuracy`, `epoch_from_test_part` (whether the epoch was chosen on what is
        tested: `likely` or `unknown`), `source` and `checked` (against what).
    """
    rows = _read("published_pictures.csv")
    wanted = (dataset, str(classes))
    return [row for row in rows if (row["dataset"], row["classes"]) == wanted]


def measured_elsewhere() -> list[dict[str, str]]:
    """One honest protocol, many recipes, on the real MEGC 2019 composite.

    The 442 clips are licensed and not part of this project: the numbers cannot be
    repeated with it alone. 68 folds, 12 epochs, last epoch, mean of 3 seeds; features
    were public 28 x 28 maps of optical flow.

    Returns:
        Rows of `measured.csv`: `system`, scores as above, and `peeks`.
    """
    return _read("measured.csv")
