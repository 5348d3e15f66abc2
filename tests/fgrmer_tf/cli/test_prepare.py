import sys

import pytest

from fgrmer_tf.cli.main import main
from input_pipeline import feature_store
from input_pipeline.records import write_manifest
from tests.support.small_clips import bytes_of, small_manifest

CLIPS = 5


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    path = folder / "manifest.csv"
    write_manifest(path, small_manifest(folder, CLIPS, faceless={1}).samples)
    return path


def prepare(manifest, store, *options):
    return main(["prepare", "--manifest", str(manifest), "--out", str(store), *options])


def test_workers_shards_and_variants_are_passed_on(manifest, tmp_path):
    options = ("--shard-clips", "2", "--variants.jitters", "1")
    assert prepare(manifest, tmp_path / "a", *options) == 0
    assert prepare(manifest, tmp_path / "b", *options, "--workers", "2") == 0
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")
    header = feature_store.read_header(tmp_path / "a")
    assert [shard.clips for shard in header.shards] == [1, 2, 1]
    assert header.settings["variant_config"]["jitters"] == 1
    assert (header.settings["classes"], header.settings["frames"]) == (
        "megc2019",
        "any",
    )


def test_clips_are_appended(manifest, tmp_path, capsys):
    lines = manifest.read_text().splitlines()
    part = tmp_path / "part.csv"
    part.write_text("\n".join(lines[:2]) + "\n")
    assert prepare(part, tmp_path / "s") == 0
    assert prepare(manifest, tmp_path / "s") == 2
    assert "--append" in capsys.readouterr().err
    assert prepare(manifest, tmp_path / "s", "--append") == 0
    assert feature_store.read_header(tmp_path / "s").clips == CLIPS - 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--workers", "0"), "at least 1"),
        (("--shard-clips", "0"), "at least 1"),
        (("--beam-options", "a=1"), "needs `--runner`"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    manifest, tmp_path, capsys, options, said
):
    assert prepare(manifest, tmp_path / "s", *options) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_a_runner_without_beam_says_how_to_get_it(
    manifest, tmp_path, capsys, monkeypatch
):
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    monkeypatch.delitem(sys.modules, "input_pipeline.beam", raising=False)
    assert prepare(manifest, tmp_path / "s", "--runner", "DirectRunner") == 2
    assert "requirements-beam.txt" in capsys.readouterr().err


def test_tensorflow_is_not_needed(manifest, tmp_path, monkeypatch):
    # Workers that load it start late and hold a third of a gigabyte each.
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert prepare(manifest, tmp_path / "s") == 0
