import cv2
import numpy as np
import pytest

from input_pipeline.checking.image_files import (
    decoding_problem,
    deep_problem,
    empty_files,
    file_problem,
)

PIXELS = np.random.default_rng(3).integers(0, 255, (13, 17, 3), dtype=np.uint8)
KINDS = (".jpg", ".png", ".bmp", ".tif")


def write(path, cut=None):
    path.write_bytes(cv2.imencode(path.suffix, PIXELS)[1].tobytes()[:cut])
    return path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("look", [file_problem, decoding_problem, deep_problem])
def test_a_whole_image_has_no_problem(tmp_path, kind, look):
    assert look(write(tmp_path / f"a{kind}")) == ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("look", [file_problem, decoding_problem, deep_problem])
def test_a_cut_image_has_one(tmp_path, kind, look):
    assert look(write(tmp_path / f"a{kind}", cut=-70))
    assert look(write(tmp_path / f"b{kind}", cut=60))


def test_the_ends_are_read_and_the_rest_is_not(tmp_path):
    path = write(tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes()[:40] + b"\xff\xd9")
    assert file_problem(path) == ""
    for look in (decoding_problem, deep_problem):
        assert look(path) == "cannot be decoded as a whole image"


def test_padding_after_the_end_of_a_jpeg_is_no_problem(tmp_path):
    path = write(tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes() + b"\0" * 30)
    assert file_problem(path) == ""


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"", "0 bytes"), (b"<html>no image</html>", "cannot be decoded")],
)
def test_what_is_no_image_is_named(tmp_path, content, problem):
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    assert problem in file_problem(path)
    assert problem in deep_problem(path)


def test_a_missing_file_is_a_problem(tmp_path):
    assert file_problem(tmp_path / "none.jpg") == "No such file or directory"


def test_empty_files(tmp_path):
    empty, full = tmp_path / "a", tmp_path / "b"
    empty.touch()
    full.write_bytes(b"1")
    assert empty_files([full, empty]) == [empty]
