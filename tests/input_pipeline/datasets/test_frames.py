import os

import pytest

from input_pipeline.datasets.frames import find_folder, list_frames
from input_pipeline.datasets.unusable import UnusableError
from tests.support.native_folder import touch


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("img46.jpg", 46),
        ("reg_img046.JPG", 46),
        ("006_05562.jpg", 5562),
        ("EP01-01-12.jpg", 12),
        ("image000012.bmp", 12),
        ("7.png", 7),
    ],
)
def test_the_number_ends_the_name_whatever_its_padding(tmp_path, name, number):
    touch(tmp_path, name)
    assert list_frames(tmp_path).by_number == {number: tmp_path / name}


def test_numbers_sort_as_numbers(tmp_path):
    touch(tmp_path, *(f"img{n}.jpg" for n in (100, 9, 11)))
    assert list(list_frames(tmp_path).by_number) == [9, 11, 100]


def test_files_that_are_no_frames_are_left_out(tmp_path):
    touch(tmp_path, "Thumbs.db", "._img1.jpg", "cover.jpg", "notes1.txt")
    assert list_frames(tmp_path).by_number == {}


def test_a_missing_folder_and_a_repeated_number_are_unusable(tmp_path):
    with pytest.raises(UnusableError, match="missing clip folder"):
        list_frames(tmp_path / "none")
    touch(tmp_path, "img1.jpg", "img001.jpg")
    with pytest.raises(UnusableError, match=r"frame number twice.*img001.*img1\.jpg"):
        list_frames(tmp_path)


def test_a_folder_is_found_whatever_its_case(tmp_path):
    touch(tmp_path / "Sub01" / "ep02")
    assert find_folder(tmp_path, "sub01", "EP02") == tmp_path / "Sub01" / "ep02"
    assert find_folder(tmp_path, "sub02", "EP02") == tmp_path / "sub02" / "EP02"


def test_a_folder_of_the_asked_case_is_preferred(tmp_path):
    touch(tmp_path / "A")
    touch(tmp_path / "a")
    assert find_folder(tmp_path, "a").name == "a"


@pytest.mark.parametrize(
    "name",
    [
        "惊讶",
        os.fsdecode("惊讶".encode("gbk")),
        "惊讶".encode("gbk").decode("cp437"),
        "惊讶".encode().decode("gb18030", "replace"),
    ],
    ids=["utf-8", "gbk bytes", "gbk as code page 437", "utf-8 as gbk"],
)
def test_a_folder_is_found_whatever_encoding_its_name_went_through(tmp_path, name):
    touch(tmp_path / name / "ep01")
    found = find_folder(tmp_path, "惊讶", "EP01")
    assert found.is_dir()
    assert found.parent.name == name


def test_frames_with_gbk_names_are_found(tmp_path):
    name = os.fsdecode("图46.jpg".encode("gbk"))
    touch(tmp_path, name)
    frames = list_frames(tmp_path)
    assert frames.by_number == {46: tmp_path / name}
    assert frames.unreadable == ()


def test_a_name_in_no_known_encoding_is_left_out_and_said(tmp_path):
    touch(tmp_path, os.fsdecode(b"\xff\xff46.jpg"), "img47.jpg")
    frames = list_frames(tmp_path)
    assert list(frames.by_number) == [47]
    assert frames.unreadable == ("\\xff\\xff46.jpg",)
