import json
import subprocess
import sys

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.results import FoldResult
from fgrmer_tf.training import run_folder
from fgrmer_tf.training.run_folder import RunFolder, read_settings

SETTINGS = {"seeds": (2, 3), "experiment": {"train": {"epochs": 5, "batch": 7}}}


def result(fold):
    return FoldResult(
        seed=2,
        fold=fold,
        test=np.array([3, 11]),
        logits=np.array([[0.1, 1 / 3, -7], [1e-9, 2, 5]], np.float32),
        loss=(0.7, 0.1 + 0.2),
        seconds=1.5,
        notes=("a note",),
    )


def test_a_new_run_records_settings_and_versions(tmp_path):
    with RunFolder(tmp_path / "deep" / "run", SETTINGS) as run:
        assert run.results == []
        assert read_settings(run.path) == run.settings
    assert run.settings["seeds"] == [2, 3]
    versions = json.loads((run.path / "versions.json").read_text())
    expected = {"python", "platform", "fgrmer_tf", "tensorflow", "keras", "numpy"}
    assert expected | {"opencv"} <= versions.keys()


def test_a_fold_comes_back_exactly(tmp_path):
    kept = result("a/1")
    with RunFolder(tmp_path, SETTINGS) as run:
        run.append(kept)
        assert run.results == [kept]
    with RunFolder(tmp_path, SETTINGS) as run:
        (back,) = run.results
    assert back.logits.dtype == np.float32
    assert back.test.dtype == np.int64
    for name, value in vars(kept).items():
        np.testing.assert_array_equal(getattr(back, name), value)
        assert type(getattr(back, name)) is type(value)


def test_a_torn_last_line_is_dropped(tmp_path):
    with RunFolder(tmp_path, SETTINGS) as run:
        run.append(result("a/1"))
        run.append(result("a/2"))
    file = tmp_path / "folds.jsonl"
    file.write_bytes(file.read_bytes()[:-5])
    with RunFolder(tmp_path, SETTINGS) as run:
        assert [r.fold for r in run.results] == ["a/1"]
        run.append(result("a/3"))
    with RunFolder(tmp_path, SETTINGS) as run:
        assert [r.fold for r in run.results] == ["a/1", "a/3"]


@pytest.mark.parametrize("line", ["{broken", "{}", "[]", "7"])
def test_a_damaged_line_is_refused_by_number(tmp_path, line):
    with RunFolder(tmp_path, SETTINGS) as run:
        run.append(result("a/1"))
    with open(tmp_path / "folds.jsonl", "a") as file:
        file.write(line + "\n")
    with pytest.raises(InputError, match="line 2, which is damaged"):
        RunFolder(tmp_path, SETTINGS)


def test_other_settings_are_refused_by_name(tmp_path):
    RunFolder(tmp_path, SETTINGS).close()
    other = {"seeds": [2], "experiment": {"train": {"epochs": 5, "size": 11}}}
    with pytest.raises(InputError) as caught:
        RunFolder(tmp_path, other)
    message = str(caught.value)
    assert "`seeds` is [2, 3] there and [2] now" in message
    assert "`experiment.train.batch` is 7 there and None now" in message
    assert "`experiment.train.size` is None there and 11 now" in message
    assert "epochs" not in message
    # The refusal lets go of the run.
    RunFolder(tmp_path, SETTINGS).close()


def test_a_folder_with_other_things_is_refused_and_left_alone(tmp_path):
    (tmp_path / "holiday.jpg").write_bytes(b"sun")
    with pytest.raises(InputError, match=r"new, empty or a run.*holiday\.jpg"):
        RunFolder(tmp_path, SETTINGS)
    assert not (tmp_path / "config.json").exists()


def test_a_run_killed_before_its_settings_were_written_starts_anew(tmp_path):
    (tmp_path / ".lock").touch()
    (tmp_path / ".config.json.tmp-0f").write_text("{")
    RunFolder(tmp_path, SETTINGS).close()
    assert read_settings(tmp_path)["seeds"] == [2, 3]


def test_a_run_serves_one_at_a_time(tmp_path):
    with (
        RunFolder(tmp_path, SETTINGS),
        pytest.raises(InputError, match="which another one holds"),
    ):
        RunFolder(tmp_path, SETTINGS)
    RunFolder(tmp_path, SETTINGS).close()


def test_another_process_is_refused_until_the_first_one_dies(tmp_path):
    hold = (
        "import sys; from fgrmer_tf.training.run_folder import RunFolder\n"
        f"run = RunFolder({str(tmp_path)!r}, {SETTINGS!r})\n"
        "print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", hold],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(InputError, match="one process at a time"):
            RunFolder(tmp_path, SETTINGS)
        process.kill()
    RunFolder(tmp_path, SETTINGS).close()


def test_versions_a_run_went_on_under_are_added(tmp_path, monkeypatch):
    versions = {"keras": "3.15"}
    monkeypatch.setattr(run_folder, "installed_versions", lambda: dict(versions))
    for keras in ("3.15", "3.16", "3.16", "3.15"):
        versions["keras"] = keras
        RunFolder(tmp_path, SETTINGS).close()
    with RunFolder(tmp_path, SETTINGS) as run:
        pass
    assert run.versions == {"keras": "3.15", "resumed_under": [{"keras": "3.16"}]}
    assert json.loads((tmp_path / "versions.json").read_text()) == run.versions


@pytest.mark.parametrize("content", [None, "{broken"])
def test_a_folder_without_settings_cannot_be_read(tmp_path, content):
    if content:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(InputError, match=r"readable config\.json"):
        read_settings(tmp_path)


def test_reading_a_run_needs_no_tensorflow():
    code = "import sys, fgrmer_tf.training.run_folder; sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
