import os
from pathlib import Path

import pytest

from input_pipeline.file_names import find, readable, readings, same, show

GBK = os.fsdecode("惊讶".encode("gbk"))
UNKNOWN = os.fsdecode(b"\xff\xff")


@pytest.mark.parametrize(
    "name",
    [
        "惊讶",
        GBK,
        "惊讶".encode("gbk").decode("cp437"),
        "惊讶".encode().decode("gb18030", "replace"),
    ],
)
def test_a_name_is_the_same_whatever_it_was_decoded_with(name):
    assert same(name, "惊讶")
    assert not same(name, "悲伤")
    assert readable(name)


def test_case_and_full_width_forms_do_not_matter():
    assert same(
        "CAS\N{FULLWIDTH LEFT PARENTHESIS}ME\N{FULLWIDTH RIGHT PARENTHESIS}3",
        "cas(me)3",
    )
    assert not same("CAS(ME)3", "CAS(ME)2")


def test_bytes_in_no_known_encoding_have_no_reading():
    assert readings(UNKNOWN) == ()
    assert not readable(UNKNOWN)
    assert readable("img46.jpg")


def test_every_path_can_be_shown():
    assert show(Path("/a") / GBK / "46.jpg") == "/a/惊讶/46.jpg"
    assert show(Path("a") / UNKNOWN) == r"a/\xff\xff"
    assert show("惊讶/é") == "惊讶/é"


def test_what_was_shown_is_found(tmp_path):
    for name in (GBK, "悲伤"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "图1.jpg").touch()
        path = tmp_path / name / "图1.jpg"
        assert find(Path(show(path))) == path
    assert find(Path("惊讶/none")) == Path("惊讶/none")


def test_a_relative_path_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(GBK).mkdir()
    assert find(Path("惊讶")) == Path(GBK)
