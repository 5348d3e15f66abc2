"""`fgrmer check` of a data set of pictures."""

from pathlib import Path

from rich.markup import escape

from fgrmer_tf.cli.check import print_findings, tally_table
from fgrmer_tf.cli.console import progress, say
from input_pipeline.macro.names import PhotoReading, PhotoSetName

_NOT_USABLE = 1


def run_photo_check(
    dataset: PhotoSetName,
    root: Path,
    reading: PhotoReading,
    *,
    deep: bool,
    out: Path | None,
) -> int:
    """Says which pictures are usable, which are not, and what was chosen.

    Writes:
        `check.html`, `findings.csv` and `counts.csv` in `out`.

    Args:
        dataset: A `PhotoSetName`.
        root: Its folder.
        reading: How it is read.
        deep: Whether every picture is decoded.
        out: The folder, or `None`.

    Returns:
        0 if the set is usable, else 1.

    Raises:
        InputError: As the loader does.
    """
    from input_pipeline.macro import catalogue
    from input_pipeline.macro.checking import check_photos
    from input_pipeline.macro.overlooked import OVERLOOKED

    found = catalogue.load(dataset, root, reading)
    with progress("checking pictures") as update:
        result = check_photos(found, dataset, root, deep=deep, progress=update)
    tally_table("pictures by part and class", result.tallies(), "pictures")
    print_findings(result.findings)
    for note in OVERLOOKED[dataset]:
        say(f"note: {escape(note)}")
    if out:
        from fgrmer_tf.cli.check_photos_report import write_photo_report

        page = write_photo_report(out, result, dataset, root, reading)
        say(f"report: {escape(str(page))}")
    for reason in result.reasons:
        say(f"[bold red]not usable:[/] {escape(reason)}")
    known = {photo.subject for photo in result.photos} - {""}
    people = f"of {len(known)} subjects" if known else "(subjects are not known)"
    say(f"{len(result.photos)} pictures {people} are usable.")
    return _NOT_USABLE if result.reasons else 0
