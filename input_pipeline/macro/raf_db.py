"""RAF-DB, basic expressions: a list of names and labels 1 to 7 beside the pictures."""

from pathlib import Path

from fgrmer_tf.errors import InputError
from input_pipeline.macro.expressions import RAF_DB, class_names
from input_pipeline.macro.names import PhotoReading
from input_pipeline.macro.photos import (
    Collected,
    Photo,
    PhotoSet,
    Split,
    first_folder,
    pictures,
)
from input_pipeline.text_files import read_text

NAME = "raf-db"

# The misspelling is the release's; the others are those of APViT's copy.
_LISTS = (
    "EmoLabel/list_patition_label.txt",
    "list_patition_label.txt",
    "EmoLabel/train.txt",
    "EmoLabel/test.txt",
    "train.txt",
    "test.txt",
)
_FOLDERS = ("Image/aligned", "Image/aligned_224", "aligned", "Image/original")


def load(root: Path, reading: PhotoReading) -> PhotoSet:
    """Reads RAF-DB as delivered, or a copy in class folders `train/1` to `test/7`.

    Reads:
        `basic/EmoLabel/list_patition_label.txt`: a name and a label a line; the split
        is the prefix of the name. Pictures from `Image/aligned` (`..._aligned.jpg`),
        else from a re-aligned copy or `Image/original`.

    Raises:
        InputError: If neither is there, or no picture is usable.
    """
    collected = Collected(NAME, class_names(reading.expressions))
    base = first_folder(root, ("basic", "DATASET", ".")) or root
    lists = [base / name for name in _LISTS if (base / name).is_file()]
    if lists:
        folder = first_folder(base, _FOLDERS)
        if folder is None:
            raise InputError(
                f"RAF-DB must have one of the folders {', '.join(_FOLDERS)}. Received: "
                f"`{base}` with none of them. Unpack the pictures there."
            )
        if folder.name == "original":
            collected.repair(
                "", "pictures are not aligned", "Image/aligned", "original"
            )
        for path in lists if lists[0].stem in ("train", "test") else lists[:1]:
            _read_list(path, folder, collected)
    elif first_folder(base, ("train/1", "test/1")):
        _read_folders(base, collected)
    else:
        raise InputError(
            f"RAF-DB must have a list {_LISTS[0]}, or folders train/1 to test/7. "
            f"Received: `{root}` with neither. Give the folder that holds `basic`."
        )
    return collected.photo_set(root)


def _read_list(path: Path, folder: Path, collected: Collected) -> None:
    for row, line in enumerate(read_text(path).splitlines(), start=1):
        cells = line.split()
        if not cells:
            continue
        if len(cells) != 2:
            collected.skip(cells[0], "line is not a name and a label", line, row)
            continue
        stem = Path(cells[0]).stem.removesuffix("_aligned")
        _add(collected, stem, cells[1], _picture(folder, stem), row)


def _read_folders(base: Path, collected: Collected) -> None:
    for split in ("train", "test"):
        for label in sorted(path for path in base.glob(f"{split}/*") if path.is_dir()):
            for path in pictures(label):
                stem = path.stem.removesuffix("_aligned")
                _add(collected, stem, label.name, path, None)


def _add(
    collected: Collected, stem: str, label: str, path: Path | None, row: int | None
) -> None:
    split: Split
    if stem.startswith("train_"):
        split = "train"
    elif stem.startswith("test_"):
        split = "test"
    else:
        collected.skip(stem, "name without train_ or test_", stem, row)
        return
    target = collected.one_hot(RAF_DB.get(label, ""))
    if target is None:
        collected.skip(stem, "unknown label", f"{label!r}, not 1 to 7", row)
    elif path is None:
        collected.skip(stem, "missing picture", stem, row)
    else:
        collected.add(
            Photo(
                dataset=NAME, name=stem, split=split, target=target, path=path, row=row
            )
        )


def _picture(folder: Path, stem: str) -> Path | None:
    names = (f"{stem}_aligned.jpg", f"{stem}.jpg", f"{stem}.png")
    return next((folder / name for name in names if (folder / name).is_file()), None)
