import pytest

from export import versions
from fgrmer_tf.errors import InputError


def make(base, *names):
    for name in names:
        (base / name).mkdir()


def test_versions_are_folders_whose_name_is_a_number(tmp_path):
    make(tmp_path, "2", "11", "0007", "latest", ".3", "-5", "1e3", "٣")
    (tmp_path / "13").write_text("a file")
    assert list(versions.served(tmp_path)) == [2, 7, 11]
    assert versions.served(tmp_path)[7].name == "0007"


def test_numbers_rise_over_what_is_there(tmp_path):
    assert versions.take_number(tmp_path) == 1
    make(tmp_path, "1", "17")
    assert versions.take_number(tmp_path) == 18


def test_a_number_is_not_given_twice(tmp_path):
    make(tmp_path, "5")
    assert versions.take_number(tmp_path) == 6
    assert versions.take_number(tmp_path) == 7


def test_a_rollback_hides_the_newest(tmp_path):
    make(tmp_path, "2", "11", "7")
    assert versions.withdraw_newest(tmp_path) == (11, 7)
    assert list(versions.served(tmp_path)) == [2, 7]
    assert (tmp_path / ".withdrawn-11").is_dir()


@pytest.mark.parametrize("names", [(), ("3",)])
def test_there_must_be_something_to_go_back_to(tmp_path, names):
    make(tmp_path, *names)
    with pytest.raises(InputError, match="needs a version to go back to"):
        versions.withdraw_newest(tmp_path)


def test_one_push_waits_for_another(tmp_path):
    import fcntl
    import os

    with versions.locked(tmp_path / "new"):
        handle = os.open(tmp_path / "new", os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(handle)
