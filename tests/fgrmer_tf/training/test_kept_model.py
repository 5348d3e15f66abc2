import json
import re
import zipfile

import keras
import numpy as np
import pytest

from fgrmer_tf import __version__
from fgrmer_tf.errors import InputError
from fgrmer_tf.training.kept_model import load_kept_model


def _kept(folder):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.save(folder / "model.keras")
    return model


def _with_config(path, change):
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["config.json"] = change(files["config.json"])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def test_a_model_reads_back_with_its_weights_and_not_compiled(tmp_path):
    model = _kept(tmp_path)
    read = load_kept_model(tmp_path)
    assert not read.compiled
    for one, other in zip(read.weights, model.weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("length", [0, 100, -100])
def test_a_file_that_is_not_whole_is_refused_by_name(length, tmp_path):
    _kept(tmp_path)
    path = tmp_path / "model.keras"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(InputError, match=re.escape(str(path))):
        load_kept_model(tmp_path)


@pytest.mark.parametrize(
    ("was", "now"),
    [(b'"units": 2', b'"units_of_old": 2'), (b'"Dense"', b'"GoneLayer"')],
)
def test_layers_of_another_form_are_refused_with_both_versions(was, now, tmp_path):
    _kept(tmp_path)
    _with_config(tmp_path / "model.keras", lambda config: config.replace(was, now))
    (tmp_path / "versions.json").write_text(json.dumps({"fgrmer_tf": "0.0.7"}))
    with pytest.raises(InputError) as refusal:
        load_kept_model(tmp_path)
    assert "version 0.0.7" in str(refusal.value)
    assert f"({__version__})" in str(refusal.value)


def test_without_a_record_the_version_is_called_unknown(tmp_path):
    (tmp_path / "model.keras").write_bytes(b"no archive")
    with pytest.raises(InputError, match="version unknown"):
        load_kept_model(tmp_path)
