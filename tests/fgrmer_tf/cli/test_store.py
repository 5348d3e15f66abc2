import json

import numpy as np

from fgrmer_tf.cli.main import main
from input_pipeline import feature_store
from tests.support.tables import make_table


def make(folder, dataset):
    folder.mkdir()
    table = make_table(dataset=np.array([dataset] * 13))
    feature_store.write(folder, table, key=dataset, settings={"a": 1})
    return str(folder)


def test_a_store_is_shown_as_json(tmp_path, capsys):
    store = make(tmp_path / "s", "casme2")
    assert main(["store", "show", store]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["clips"], shown["settings"]) == (13, {"a": 1})
    clip = "casme2/sub02/EP02_é"
    assert main(["store", "show", store, "--clip", clip]) == 0
    assert json.loads(capsys.readouterr().out)["clip"] == clip


def test_a_sound_store_is_said_to_be_so(tmp_path, capsys):
    assert main(["store", "verify", make(tmp_path / "s", "casme2")]) == 0
    # The line may be wrapped at the width of the terminal.
    assert "(13 clips)" in " ".join(capsys.readouterr().err.split())


def test_a_damaged_store_is_an_exit_status_and_a_name(tmp_path, capsys):
    store = make(tmp_path / "s", "casme2")
    (tmp_path / "s" / "shard-00000.tfrecord").write_bytes(b"short")
    assert main(["store", "verify", store]) == 2
    printed = capsys.readouterr()
    assert printed.out.startswith("shard-00000.tfrecord: record 0: the file ends")
    assert "problems: 1," in printed.err


def test_stores_are_joined(tmp_path, capsys):
    stores = [make(tmp_path / name, name) for name in ("casme2", "samm")]
    out = tmp_path / "both"
    assert main(["store", "merge", *stores, "--out", str(out)]) == 0
    assert feature_store.read_header(out).clips == 26
    assert main(["store", "merge", *stores, "--out", str(out)]) == 2
    assert "exists already" in capsys.readouterr().err
