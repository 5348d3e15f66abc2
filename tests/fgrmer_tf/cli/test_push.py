import pytest

from export import push as pushing
from export.errors import ExportError
from fgrmer_tf.cli.main import main


def test_an_export_is_pushed_and_taken_back(monkeypatch, tmp_path, capsys):
    asked = []
    monkeypatch.setattr(
        pushing, "push", lambda export, base: asked.append((export, base)) or 7
    )
    monkeypatch.setattr(pushing, "rollback", lambda base: (7, 5))
    assert main(["push", "exported", "--to", "models"]) == 0
    assert [str(path) for path in asked[0]] == ["exported", "models"]
    assert "pushed: models/7" in capsys.readouterr().err
    assert main(["push", "--to", "models", "--rollback"]) == 0
    assert "version 7 withdrawn; 5 is the newest" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["exported", "--rollback"]])
def test_one_of_both_must_be_asked_for(arguments, capsys):
    assert main(["push", *arguments, "--to", "models"]) == 2
    assert "Say what to push, or --rollback" in capsys.readouterr().err


def test_a_copy_that_fails_is_said(monkeypatch):
    def fail(export, base):
        raise ExportError("Loading the copy: failed")

    monkeypatch.setattr(pushing, "push", fail)
    with pytest.raises(SystemExit, match="Loading the copy: failed"):
        main(["push", "exported", "--to", "models"])
