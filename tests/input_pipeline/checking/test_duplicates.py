from pathlib import Path

import pytest

from input_pipeline.checking.duplicates import equal_files, equal_neighbours


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


def test_equal_bytes_are_grouped_whatever_the_names(write):
    a, b = write("a", b"one"), write("b", b"two")
    c, d, e = write("c", b"one"), write("d", b"three"), write("e", b"two")
    assert equal_files([a, b, c, d, e]) == [(a, c), (b, e)]


def test_a_file_is_no_duplicate_of_itself_and_empty_or_missing_ones_are_none(write):
    a, empty, other = write("a", b"one"), write("b", b""), write("c", b"")
    assert equal_files([a, a, empty, other, a.with_name("none")]) == []


def test_only_files_that_share_a_size_are_read(write, monkeypatch):
    read, read_bytes = [], Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: read.append(path.name) or read_bytes(path)
    )
    equal_files([write("a", b"one"), write("b", b"three"), write("c", b"two")])
    assert read == ["a", "c"]


def test_neighbours_that_repeat_are_named(write):
    paths = [write(str(n), c) for n, c in enumerate([b"xy", b"xy", b"yx", b"xy", b"z"])]
    assert equal_neighbours(paths) == [paths[1]]
    assert equal_neighbours(paths[1:]) == []
    assert equal_neighbours([]) == []


def test_empty_neighbours_do_not_repeat(write):
    assert equal_neighbours([write("a", b""), write("b", b"")]) == []
