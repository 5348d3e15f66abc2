import sys
import types

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.models.torch_file import read_state_dict

STATE = {"A": np.eye(3), "linear5.bias": np.arange(5, dtype=np.float32)}


class Tensor:
    """As much of a PyTorch tensor as the reader uses."""

    def __init__(self, values):
        self.values = values

    def detach(self):
        return self

    def float(self):
        return Tensor(self.values.astype(np.float32))

    def numpy(self):
        return self.values


@pytest.fixture
def torch(monkeypatch):
    """Stands in for PyTorch, which the project does not install."""
    module = types.ModuleType("torch")
    module.is_tensor = lambda value: isinstance(value, Tensor)

    def load(path, *, map_location, weights_only):
        assert map_location == "cpu"
        assert weights_only
        if isinstance(module.stored, Exception):
            raise module.stored
        return module.stored

    module.load = load
    monkeypatch.setitem(sys.modules, "torch", module)
    return module


@pytest.fixture
def pth(tmp_path):
    path = tmp_path / "weights.pth"
    path.touch()
    return path


def test_an_npz_comes_back_as_it_was(tmp_path):
    np.savez(tmp_path / "weights.npz", **STATE)
    state = read_state_dict(tmp_path / "weights.npz")
    assert state.keys() == STATE.keys()
    for name, value in STATE.items():
        np.testing.assert_array_equal(state[name], value)


def test_a_pth_comes_back_as_float32(torch, pth):
    torch.stored = {name: Tensor(value) for name, value in STATE.items()}
    state = read_state_dict(pth)
    for name, value in STATE.items():
        assert state[name].dtype == np.float32
        np.testing.assert_array_equal(state[name], value)


def test_the_state_dict_of_a_checkpoint_is_found(torch, pth):
    inner = {name: Tensor(value) for name, value in STATE.items()}
    torch.stored = {"meta": {"epoch": 3}, "state_dict": inner, "optimizer": {}}
    state = read_state_dict(pth)
    assert state.keys() == STATE.keys()


def test_a_pth_without_pytorch_says_what_to_do(monkeypatch, pth):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(InputError, match="pip install torch"):
        read_state_dict(pth)


def test_a_pth_with_code_in_it_is_refused(torch, pth):
    torch.stored = ValueError("Load failed. Set weights_only=False")
    with pytest.raises(InputError, match=r"refuses \(Load failed\)\.$"):
        read_state_dict(pth)


@pytest.mark.parametrize(
    ("stored", "found"), [({"epoch": 3, "model": {}}, "epoch"), ([1, 2], "list")]
)
def test_a_pth_with_more_than_tensors_is_refused(torch, pth, stored, found):
    torch.stored = stored
    with pytest.raises(InputError, match=f"dict of tensors alone.*{found}"):
        read_state_dict(pth)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"must be a file.*nothing\.npz"):
        read_state_dict(tmp_path / "nothing.npz")


def test_another_kind_of_file_is_refused(tmp_path):
    (tmp_path / "weights.h5").touch()
    with pytest.raises(InputError, match=r"`\.npz` or a `\.pth`.*weights\.h5"):
        read_state_dict(tmp_path / "weights.h5")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04cut off"])
def test_a_broken_npz_is_refused(tmp_path, content):
    path = tmp_path / "weights.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="NumPy cannot read"):
        read_state_dict(path)


def test_a_single_array_is_refused(tmp_path):
    path = tmp_path / "weights.npz"
    with path.open("wb") as file:
        np.save(file, np.eye(3))
    with pytest.raises(InputError, match="NumPy cannot read"):
        read_state_dict(path)


def test_a_damaged_member_is_refused(tmp_path):
    path = tmp_path / "weights.npz"
    np.savez_compressed(path, A=np.random.default_rng(1).normal(size=(31, 37)))
    content = bytearray(path.read_bytes())
    content[400:700] = bytes(300)
    path.write_bytes(content)
    with pytest.raises(InputError, match="NumPy cannot read"):
        read_state_dict(path)


def test_an_npz_with_pickles_is_refused(tmp_path):
    np.savez(tmp_path / "weights.npz", A=np.array([{"code": 1}], dtype=object))
    with pytest.raises(InputError, match="NumPy cannot read"):
        read_state_dict(tmp_path / "weights.npz")
