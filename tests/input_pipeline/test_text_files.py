import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.text_files import read_text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_utf_8_and_gbk_are_read(tmp_path, encoding):
    (tmp_path / "t").write_bytes("惊讶,5\r\n".encode(encoding))
    assert read_text(tmp_path / "t") == "惊讶,5\r\n"


def test_what_is_neither_is_refused(tmp_path):
    (tmp_path / "t").write_bytes(b"\xff\xff\xff")
    with pytest.raises(InputError, match=r"neither UTF-8 nor GB 18030.*Save it as"):
        read_text(tmp_path / "t")


def test_a_file_that_cannot_be_opened_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_text(tmp_path / "none")
    with pytest.raises(InputError, match="cannot be read"):
        read_text(tmp_path)
