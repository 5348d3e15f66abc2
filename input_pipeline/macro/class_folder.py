"""Pictures of one's own: a folder a class, with or without parts above."""

from pathlib import Path

from fgrmer_tf.errors import InputError
from input_pipeline.macro.expressions import EXPRESSIONS, WORDS
from input_pipeline.macro.names import PhotoReading
from input_pipeline.macro.photos import Collected, Photo, PhotoSet, Split, pictures

NAME = "class-folder"

_PARTS: dict[str, Split] = {
    "train": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "test": "test",
}


def load(root: Path, reading: PhotoReading) -> PhotoSet:
    """Reads `<class>/<picture>`, or `train/<class>/<picture>` and `test/...`.

    Folders that are all named after expressions give them in label order, those that
    are there; other names give classes in order of name. Who is seen stands in
    `subjects.csv`: the name is the path below the root, without the ending.

    Args:
        root: The folder.
        reading: Has no say here.

    Raises:
        InputError: If there are not two folders or more, two name one class, or no
            picture is usable.
    """
    parts = {
        path.name: path
        for path in sorted(root.iterdir() if root.is_dir() else ())
        if path.is_dir() and path.name.lower() in _PARTS
    }
    found: list[tuple[Split, Path]] = []
    for name, base in (parts or {"": root}).items():
        split: Split = _PARTS.get(name.lower(), "")
        folders = sorted(base.iterdir()) if base.is_dir() else []
        for path in folders:
            if path.is_dir() and path.name[0] != ".":
                found.append((split, path))
    classes = _classes(root, found)
    names = _in_order(set(classes.values()))
    collected = Collected(NAME, names)
    for split, folder in found:
        target = collected.one_hot(classes[folder.name])
        shown = set(pictures(folder))
        for path in sorted(folder.iterdir()):
            name = path.relative_to(root).with_suffix("").as_posix()
            if path.name[0] == ".":
                continue
            if path not in shown:
                collected.skip(name, "not a picture", path.name)
            elif target is not None:
                collected.add(
                    Photo(
                        dataset=NAME, name=name, split=split, target=target, path=path
                    )
                )
    return collected.photo_set(root)


def _classes(root: Path, found: list[tuple[Split, Path]]) -> dict[str, str]:
    """Folder name -> class."""
    folders = sorted({path.name for _, path in found})
    known = all(name.lower() in WORDS for name in folders)
    classes = {name: WORDS[name.lower()] if known else name for name in folders}
    if len(set(classes.values())) < 2 or len(set(classes.values())) < len(classes):
        raise InputError(
            "A class folder must hold two folders or more, each of another class. "
            f"Received: `{root}` with {', '.join(folders) or 'none'}."
        )
    return classes


def _in_order(classes: set[str]) -> tuple[str, ...]:
    if classes <= set(EXPRESSIONS):
        return tuple(name for name in EXPRESSIONS if name in classes)
    return tuple(sorted(classes))
