import subprocess

import pytest

from fgrmer_tf.training.versions import _commit


def git(folder, *command):
    name = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    subprocess.run(["git", "-C", folder, *name, *command], check=True)


@pytest.fixture
def checkout(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("1")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-q", "-m", "one")
    return tmp_path


def test_the_commit_says_whether_files_were_changed(checkout):
    git(checkout, "tag", "v7", "-m", "a tag is not a commit")
    clean = _commit(checkout)
    assert len(clean) == 40
    (checkout / "file").write_text("2")
    assert _commit(checkout) == clean + "-dirty"


def test_a_folder_inside_somebody_elses_checkout_has_no_commit(checkout):
    (checkout / "installed").mkdir()
    assert _commit(checkout / "installed") is None


def test_a_checkout_without_commits_has_none(tmp_path):
    git(tmp_path, "init", "-q")
    assert _commit(tmp_path) is None
