import pytest

from fgrmer_tf.cli.main import main
from input_pipeline.datasets import catalogue
from input_pipeline.synthetic import native_set
from input_pipeline.synthetic.settings import (
    CameraSettings,
    MotionSettings,
    SyntheticSettings,
)

TINY = SyntheticSettings(
    motion=MotionSettings(
        clips=(7, 7), rise_frames=(2, 2), fall_frames=(4, 4), margin_frames=(1, 1)
    ),
    camera=CameraSettings(width=240, height=180, face_width_px=(99.0, 111.0)),
)


@pytest.fixture(autouse=True)
def _small_sets(monkeypatch):
    defaults = native_set.write_native.__kwdefaults__
    monkeypatch.setitem(defaults, "settings", TINY)


def test_a_layout_is_written_and_the_next_step_is_said(tmp_path, capsys):
    out = tmp_path / "set"
    options = ["--layout", "smic-nir", "--subjects", "1", "--frames", "cropped"]
    assert main(["synth", str(out), *options, "--no-traps"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "next: fgrmer check smic-nir" in said
    assert "wrong in" not in said
    assert len(catalogue.load("smic-nir", out).samples) == 7


def test_traps_are_planted_by_default_and_said(tmp_path, capsys):
    out = tmp_path / "set"
    assert main(["synth", str(out), "--layout", "casme", "--subjects", "1"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    planted = (out / "traps.csv").read_text().count("\n") - 1
    assert planted > 0
    assert f"wrong in {planted} places on purpose" in said


def test_an_existing_folder_is_refused(tmp_path, capsys):
    assert main(["synth", str(tmp_path)]) == 2
    assert "must not exist" in capsys.readouterr().err
