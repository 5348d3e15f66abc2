from typing import get_args

import pytest

from fgrmer_tf.cli.data_sets import DatasetName, load
from fgrmer_tf.cli.main import main
from fgrmer_tf.errors import InputError
from tests.support.native_folder import touch


@pytest.mark.parametrize("dataset", get_args(DatasetName))
def test_every_name_has_a_loader(tmp_path, dataset):
    with pytest.raises(InputError, match=f"root of {dataset} must hold"):
        load(dataset, tmp_path)


def test_an_unknown_name_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"one of casme.*Received: 'casme9'"):
        load("casme9", tmp_path)


def test_check_prints_every_repair(tmp_path, capsys):
    frames = [f"image{n:06d}.jpg" for n in (2, 3, 5)]
    touch(tmp_path / "HS" / "s1" / "micro" / "negative" / "s1_ne_01", *frames)
    # Not usable, for the frames are empty; what was repaired is said all the same.
    assert main(["check", "smic", str(tmp_path)]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "s01: subject respelled (s1 -> s01)" in said
    assert "s01/s01_ne_01: apex set to the middle frame (nothing -> 3)" in said
