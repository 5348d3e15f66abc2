import pytest

from fgrmer_tf.cli.main import main
from fgrmer_tf.errors import InputError
from input_pipeline.macro import catalogue
from input_pipeline.synthetic.macro.photo_set import write_photos
from input_pipeline.synthetic.native.writing import read_planted


def test_the_command_writes_a_set_that_its_loader_reads(tmp_path):
    out = tmp_path / "set"
    size = ["--subjects", "2", "--faces", "1", "--seed", "5"]
    assert main(["synth", str(out), "--layout", "affectnet-npy", *size]) == 0
    found = catalogue.load("affectnet", out)
    # Two of each class, and the odd files, all labelled.
    assert len(found.photos) == 2 * 7 + 8
    assert found.subjects_known
    assert {skip.rule for skip in found.skipped} == {
        one.rule for one in read_planted(out) if one.finding == "skip"
    }
    assert (out / "contact_sheet.png").stat().st_size > 10_000
    with pytest.raises(InputError, match="must not exist"):
        write_photos(out, "raf-db")
