import sys

import pytest

from export import fresh_process
from export.errors import ExportError


@pytest.fixture
def script(tmp_path, monkeypatch):
    """A module of the given source, that a fresh process can run."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])

    def write(source):
        (tmp_path / "script.py").write_text(f"import json, sys\n{source}")
        return "script"

    return write


def test_the_module_gets_its_request(script, tmp_path):
    module = script("open(json.loads(sys.argv[1])['path'], 'w').write('ä')")
    fresh_process.run(module, {"path": str(tmp_path / "x")}, "Trying")
    assert (tmp_path / "x").read_text() == "ä"


def test_sets_are_ordered_alike_in_every_process(script, tmp_path):
    module = script(
        "open(json.loads(sys.argv[1])['path'], 'w').write(str(hash('a set of names')))"
    )
    for name in "ab":
        fresh_process.run(module, {"path": str(tmp_path / name)}, "Trying")
    assert (tmp_path / "a").read_text() == (tmp_path / "b").read_text()


def test_a_failure_is_told(script):
    with pytest.raises(ExportError, match=r"(?s)Trying: failed.*ValueError: 7 < 11"):
        fresh_process.run(script("raise ValueError('7 < 11')"), {}, "Trying")


def test_a_process_that_hangs_is_ended(script):
    with pytest.raises(ExportError, match=r"Trying: did not end within 0\.1 s"):
        fresh_process.run(script("import time; time.sleep(60)"), {}, "Trying", 0.1)
