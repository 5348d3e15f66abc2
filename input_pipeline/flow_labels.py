"""The CSV that says which class a flow image of a flat folder is of."""

import csv
import io
from pathlib import Path

from fgrmer_tf.errors import InputError

COLUMNS = ("sub", "filename_o", "label")
"""Subject, clip and label; as HTNet's `combined_3_class2_for_optical_flow.csv`."""


def read_labels(path: Path) -> dict[tuple[str, str], str]:
    """Reads a CSV of labels.

    Returns:
        Label by subject and clip; of a clip with several, all of them joined by `and`.

    Raises:
        InputError: If the file cannot be read or a column is missing.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The labels `{path}` cannot be read: {error}.") from error
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(
            f"The labels need the columns {', '.join(COLUMNS)}. Missing in `{path}`: "
            f"{', '.join(missing)}."
        )
    labels: dict[tuple[str, str], str] = {}
    for row in reader:
        subject, clip, label = ((row[name] or "").strip() for name in COLUMNS)
        earlier = labels.get((subject, clip), label)
        labels[subject, clip] = label if label == earlier else f"{earlier} and {label}"
    return labels
