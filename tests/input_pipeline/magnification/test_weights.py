import json

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.magnification.network import build_magnet
from input_pipeline.magnification.weights import SHIPPED, load_magnet, save_magnet


@pytest.fixture
def saved(tmp_path):
    magnet = build_magnet("public", width=3, decoder_blocks=2)
    return magnet, save_magnet(magnet, tmp_path / "magnet.npz")


def rewritten(path, **changes):
    with np.load(path) as file:
        arrays = {**file, **changes}
    arrays = {name: array for name, array in arrays.items() if array is not None}
    np.savez(path, **arrays)
    return path


def test_a_network_comes_back_with_its_form_and_its_weights(saved):
    magnet, path = saved
    loaded = load_magnet(path)
    assert loaded.identity_factor == 0
    assert loaded.model.count_params() == magnet.model.count_params()
    rng = np.random.default_rng(0)
    inputs = {
        "frame_a": rng.uniform(-1, 1, (1, 13, 11, 3)).astype(np.float32),
        "frame_b": rng.uniform(-1, 1, (1, 13, 11, 3)).astype(np.float32),
        "factor": np.float32([3]),
    }
    for kernel in magnet.model.trainable_variables:
        kernel.assign(np.asarray(kernel, np.float16).astype(np.float32))
    np.testing.assert_array_equal(
        magnet.model(inputs)["frame"], loaded.model(inputs)["frame"]
    )


def test_weights_beyond_float16_are_refused(tmp_path):
    magnet = build_magnet("official", width=1, decoder_blocks=1)
    kernel = magnet.model.trainable_variables[0]
    kernel.assign(np.full(kernel.shape, np.nan))
    with pytest.raises(InputError, match="finite"):
        save_magnet(magnet, tmp_path / "magnet.npz")


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 torn", b"text"])
def test_a_file_of_another_kind_is_refused_by_name(tmp_path, content):
    path = tmp_path / "other.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"other\.npz"):
        load_magnet(path)


def test_another_npz_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", patches=np.zeros(3))
    with pytest.raises(InputError, match="fgrmer magnify train"):
        load_magnet(tmp_path / "other.npz")


def test_a_network_that_is_not_known_is_refused(saved):
    unknown = np.array(json.dumps({"form": "third"}))
    with pytest.raises(InputError, match="not known"):
        load_magnet(rewritten(saved[1], architecture=unknown))


def test_arrays_of_another_shape_are_refused(saved):
    path = rewritten(saved[1], **{"stem/convolution/kernel": np.zeros((2, 3))})
    with pytest.raises(InputError, match="stem"):
        load_magnet(path)


def test_the_weights_that_are_shipped_load_and_are_small():
    assert SHIPPED.stat().st_size < 4_000_000
    magnet = load_magnet()
    assert magnet.model.name == "magnet_official"
