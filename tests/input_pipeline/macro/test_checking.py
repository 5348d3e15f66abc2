import shutil
from typing import get_args

import numpy as np
import pytest

from input_pipeline.macro import catalogue
from input_pipeline.macro.checking import check_photos
from input_pipeline.macro.names import PhotoReading, PhotoSetName
from input_pipeline.macro.overlooked import OVERLOOKED
from input_pipeline.macro.published import EVIDENCE, published_pictures
from tests.support import photo_folders

EIGHT = PhotoReading(expressions=8)


def check(root, dataset, **said):
    found = catalogue.load(dataset, root, EIGHT)
    return check_photos(found, dataset, root, **said)


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("layout", tuple(photo_folders.WRITERS))
def test_every_planted_trap_is_found_and_nothing_else(tmp_path, layout, deep):
    content = photo_folders.write(tmp_path, layout, traps=True)
    result = check(tmp_path, layout.removesuffix("-npy"), deep=deep)
    planted = {(one.clip, one.rule) for one in content.planted if one.rule}
    found = {(one.clip, one.rule) for one in result.findings if one.kind != "warning"}
    assert found == planted
    assert result.reasons == ()


def test_counts_stand_by_part_and_class(tmp_path):
    photo_folders.write(tmp_path, "affectnet")
    tallies = {one.name: one for one in check(tmp_path, "affectnet").tallies()}
    assert tallies["test anger"].clips == 1
    assert tallies["train anger"].clips == 4
    assert tallies["train anger"].published == 24882
    assert tallies["train contempt"].published is None
    assert tallies["train"].clips == 32


def test_known_subjects_are_counted_and_files_too(tmp_path):
    photo_folders.write(tmp_path, "ck-plus")
    result = check(tmp_path, "ck-plus", deep=True)
    counted = {one.name: one.clips for one in result.subject_tallies()}
    people = {path.name for path in (tmp_path / "cohn-kanade-images").iterdir()}
    assert set(counted) == people
    assert len(people) == photo_folders.SUBJECTS
    assert sum(counted.values()) == len(result.photos) == result.files
    assert result.decoded == result.files
    photo_folders.write(tmp_path / "raf", "raf-db")
    quick = check(tmp_path / "raf", "raf-db")
    assert (quick.subject_tallies(), quick.decoded) == ([], 0)


def test_every_word_of_evidence_and_every_data_set_is_explained():
    words = {word for name in get_args(PhotoSetName) for _, word in published_of(name)}
    assert words == set(EVIDENCE)
    assert set(OVERLOOKED) == set(get_args(PhotoSetName))


def published_of(name):
    return published_pictures(name).values()


def test_a_picture_in_two_parts_or_with_two_labels_is_a_warning(tmp_path):
    photo_folders.write(tmp_path, "raf-db")
    images = tmp_path / "basic/Image/aligned"
    shutil.copy(images / "train_00001_aligned.jpg", images / "test_00002_aligned.jpg")
    shutil.copy(images / "train_00003_aligned.jpg", images / "train_00004_aligned.jpg")
    warnings = [one for one in check(tmp_path, "raf-db").findings]
    assert [one.rule for one in warnings] == [
        "the same picture with two labels",
        "the same picture in two parts",
    ]
    assert {one.kind for one in warnings} == {"warning"}


def test_a_set_without_a_part_or_of_one_class_is_not_usable(tmp_path):
    photo_folders.write(tmp_path / "a", "raf-db")
    labels = tmp_path / "a/basic/EmoLabel/list_patition_label.txt"
    lines = labels.read_text().splitlines()
    labels.write_text("\n".join(line for line in lines if line[:5] == "train"))
    assert check(tmp_path / "a", "raf-db").reasons == ("the part test is missing",)
    photo_folders.write(tmp_path / "b", "raf-db", only={"fear"})
    (reason,) = check(tmp_path / "b", "raf-db").reasons
    assert reason == "all training pictures are of one class, fear"
    for path in (tmp_path / "b/basic/Image/aligned").iterdir():
        path.write_bytes(np.zeros(3).tobytes())
    assert check(tmp_path / "b", "raf-db").reasons == ("no picture is usable",)
