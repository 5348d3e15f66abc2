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
    assert list_frames(tmp_path) == {number: tmp_path / name}


def test_numbers_sort_as_numbers(tmp_path):
    touch(tmp_path, *(f"img{n}.jpg" for n in (100, 9, 11)))
    assert list(list_frames(tmp_path)) == [9, 11, 100]


def test_files_that_are_no_frames_are_left_out(tmp_path):
    touch(tmp_path, "Thumbs.db", "._img1.jpg", "cover.jpg", "notes1.txt")
    assert list_frames(tmp_path) == {}


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
