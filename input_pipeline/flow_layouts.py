"""Folders of flow images as STSTNet and HTNet publish them: which image is which clip.

    leave-one-subject-out: ROOT/<subject>/u_test/<label>/<subject>_<clip> .png
                           ROOT/<subject>/u_train/<label>/... of all other subjects
    flat, labels in a CSV: ROOT/<subject>_<clip> .png

The blank before `.png` is real. A clip lies in one `u_test` and in the `u_train` of
every other subject, so the former alone is read.

Source:
    Names: folders `three_norm_u_v_os` and `STSNet_whole_norm_u_v_os` and the CSV
    `combined_3_class2_for_optical_flow.csv` (columns `dataset, sub, filename_o, label`)
    of github.com/wangzhifengharrison/HTNet; `main.py` and `video442Names.txt` of
    github.com/christy1206/STSTNet. Labels: `main.py`. Only names were seen, no image.
"""

import collections
import dataclasses
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from fgrmer_tf.errors import InputError
from input_pipeline.findings import Skip
from input_pipeline.flow_labels import COLUMNS, read_labels

LABELS = {"0": "negative", "1": "positive", "2": "surprise"}
_SUBJECTS = {
    r"sub\d+": "casme2",
    r"s\d+": "smic",
    r"\d{3}": "samm",
    r"spNO\.\d+": "casme3a",
}
_IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FlowImage:
    """One flow image and the clip that it was made from; `label` is a class name."""

    path: Path
    dataset: str
    subject: str
    clip: str
    label: str

    def skip(self, rule: str, detail: str) -> Skip:
        """The finding that leaves this image out."""
        names = {name: getattr(self, name) for name in ("dataset", "subject", "clip")}
        return Skip(**names, rule=rule, detail=detail)


@dataclasses.dataclass(frozen=True, kw_only=True)
class FlowListing:
    """The images of a folder, those left out, and what a person should know."""

    images: tuple[FlowImage, ...]
    skipped: tuple[Skip, ...]
    notes: tuple[str, ...] = ()


_Found = tuple[FlowImage, str, str]
"""An image, and the rule and detail that leave it out; both empty where it stays."""


def list_flow_images(
    root: str | Path, *, labels: str | Path | None = None, dataset: str | None = None
) -> FlowListing:
    """Lists a folder of either layout by its names; no image is opened.

    Reads:
        Names below `root`, and `labels`.

    Args:
        root: The folder.
        labels: CSV with the columns `sub`, `filename_o` and `label`, for the flat
            layout, whose names carry no label.
        dataset: Data set of all clips; by default it is told from how the subject is
            written (`sub01`: CASME II, `s01`: SMIC, `006`: SAMM, `spNO.1`: CAS(ME)^3).

    Raises:
        InputError: If `root` has neither layout, or `labels` is missing for the flat
            layout, given for the other one, or cannot be read.
    """
    root = Path(root)
    below = sorted(root.iterdir()) if root.is_dir() else []
    subjects = [path for path in below if (path / "u_test").is_dir()]
    flat = [path for path in below if _is_image(path)]
    if subjects and labels:
        raise InputError(
            f"The folders of `{root}` carry the labels. Received: labels={labels}. "
            "Drop --labels."
        )
    if subjects:
        trained, notes = _training_copies(subjects)
        return _listing(_tested(subjects, trained), dataset, notes)
    if not flat:
        raise InputError(
            "A folder of flow images holds SUBJECT/u_test/LABEL/IMAGE, or images named "
            f"SUBJECT_CLIP. Received: `{root}`, which holds neither. Name the folder "
            "right above the subjects or images."
        )
    if labels is None:
        raise InputError(
            f"The images of `{root}` carry no labels. Give the CSV with the columns "
            f"{', '.join(COLUMNS)} as --labels."
        )
    return _listing(_flat(flat, read_labels(Path(labels))), dataset)


def _is_image(path: Path) -> bool:
    hidden = path.name.startswith(".")
    return path.is_file() and path.suffix.lower() in _IMAGES and not hidden


def _image(path: Path, label: str) -> FlowImage:
    """What the file's name says; the data set is known later."""
    subject, _, clip = path.stem.strip().partition("_")
    return FlowImage(
        path=path, dataset="", subject=subject, clip=clip, label=LABELS.get(label, "")
    )


def _listing(
    found: Iterable[_Found], dataset: str | None, notes: tuple[str, ...] = ()
) -> FlowListing:
    """Adds the data set, and keeps what has no problem and comes once."""
    kept, skipped = [], []
    listed = list(found)
    counts = collections.Counter((i.subject, i.clip) for i, _, _ in listed)
    for image, rule, detail in listed:
        told = [n for form, n in _SUBJECTS.items() if re.fullmatch(form, image.subject)]
        image = dataclasses.replace(image, dataset=dataset or "".join(told))
        copies = counts[image.subject, image.clip]
        if not image.dataset:
            detail = f"{image.subject!r} of {image.path.name!r}: give --dataset"
            skipped.append(image.skip("unknown subject name", detail))
        elif copies > 1:
            detail = f"{copies} images, one is {image.path}"
            skipped.append(image.skip("duplicate clip", detail))
        elif rule:
            skipped.append(image.skip(rule, detail))
        else:
            kept.append(image)
    return FlowListing(images=tuple(kept), skipped=tuple(skipped), notes=notes)


def _training_copies(subjects: list[Path]) -> tuple[dict[str, list[Path]], tuple]:
    """All images of `u_train` by file name, and a note on a split that leaks."""
    trained: dict[str, list[Path]] = collections.defaultdict(list)
    leaked = 0
    for subject in subjects:
        for path in filter(_is_image, sorted((subject / "u_train").glob("*/*"))):
            trained[path.name].append(path)
            leaked += _image(path, "").subject == subject.name
    note = (
        f"{leaked} images lie in the training folder of their own subject: a model "
        "trained on these folders as they are has seen what it is tested on. Folds "
        "made here do not use them."
    )
    return trained, (note,) if leaked else ()


def _tested(subjects: list[Path], trained: dict[str, list[Path]]) -> Iterable[_Found]:
    for folder in subjects:
        for path in sorted((folder / "u_test").glob("*/*")):
            label = path.parent.name
            image = _image(path, label)
            copies = {copy.parent.name for copy in trained.pop(path.name, [])}
            others = ", ".join(sorted(copies - {label}))
            if path.name.startswith("."):
                continue
            if not _is_image(path):
                yield image, "not an image", str(path)
            elif image.subject != folder.name or not image.clip:
                yield image, "subject and file name disagree", str(path)
            elif not image.label:
                yield image, "unknown label", f"folder {label!r}, not {[*LABELS]}"
            elif others:
                yield image, "label differs between folds", f"{label} and {others}"
            else:
                yield image, "", ""
    for copies in trained.values():
        yield _image(copies[0], ""), "in training folders alone", str(copies[0])


def _flat(paths: list[Path], labels: Mapping[tuple[str, str], str]) -> Iterable[_Found]:
    seen = set()
    for path in paths:
        image = _image(path, "")
        key = (image.subject, image.clip)
        seen.add(key)
        image = _image(path, labels.get(key, ""))
        if key not in labels:
            yield image, "no label", f"{path.name!r} is not in the CSV"
        elif not image.label:
            yield image, "unknown label", f"{labels[key]!r} in the CSV"
        else:
            yield image, "", ""
    for subject, clip in labels:
        if (subject, clip) not in seen:
            missing = _image(Path(f"{subject}_{clip}.png"), "")
            yield missing, "missing image", "in the CSV alone"
