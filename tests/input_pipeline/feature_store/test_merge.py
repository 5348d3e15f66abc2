import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline import feature_store
from input_pipeline.feature_store import merge as module
from input_pipeline.feature_store.merge import merge
from input_pipeline.feature_store.verify import verify
from tests.support.tables import make_table

SETTINGS = {"motion": {"method": "dis", "map_size": 128}}


def make(folder, dataset="casme2", clips=19, settings=SETTINGS, **table):
    folder.mkdir()
    made = make_table(clips=clips, dataset=np.array([dataset] * clips), **table)
    feature_store.write(folder, made, key=dataset, settings=settings)
    return folder


def test_clips_of_both_are_there_in_order(tmp_path):
    one, other = make(tmp_path / "a"), make(tmp_path / "b", "samm", clips=7)
    header = merge((one, other), tmp_path / "c")
    tables = [feature_store.read(store) for store in (one, other, tmp_path / "c")]
    assert header.clips == 26
    assert [shard.clips for shard in header.shards] == [16, 3, 7]
    for name in ("patches", "dataset", "clip", "label", "au"):
        parts = [getattr(table, name) for table in tables[:2]]
        np.testing.assert_array_equal(
            getattr(tables[2], name), np.concatenate(parts), strict=False
        )
    assert verify(tmp_path / "c") == ()
    assert header.settings == SETTINGS
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]


def test_the_key_is_of_both_and_their_order(tmp_path):
    one, other = make(tmp_path / "a"), make(tmp_path / "b", "samm")
    keys = {
        merge(stores, tmp_path / name).key
        for name, stores in (("c", (one, other)), ("d", (other, one)))
    }
    assert len(keys) == 2


def test_other_settings_are_refused_by_name(tmp_path):
    one = make(tmp_path / "a")
    other = make(tmp_path / "b", "samm", settings={"motion": {"method": "tvl1"}})
    with pytest.raises(InputError, match=r"same settings.*dis.*tvl1"):
        merge((one, other), tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_other_classes_and_columns_are_refused(tmp_path):
    one = make(tmp_path / "a")
    classes = make(tmp_path / "b", "samm", class_names=("x", "y", "z"))
    with pytest.raises(InputError, match="same class_names"):
        merge((one, classes), tmp_path / "c")
    columns = make(tmp_path / "d", "samm", channels=1)
    with pytest.raises(InputError, match=r"same fields.*patches"):
        merge((one, columns), tmp_path / "c")


def test_a_clip_that_both_have_is_refused(tmp_path):
    one, other = make(tmp_path / "a"), make(tmp_path / "b", clips=17)
    with pytest.raises(InputError, match="17 twice, first casme2/sub00/EP00"):
        merge((one, other), tmp_path / "c")


def test_one_store_or_an_existing_target_is_refused(tmp_path):
    one, other = make(tmp_path / "a"), make(tmp_path / "b", "samm")
    with pytest.raises(InputError, match="two or more"):
        merge((one,), tmp_path / "c")
    with pytest.raises(InputError, match="exists already"):
        merge((one, other), one)


def test_a_damaged_shard_is_not_merged(tmp_path, monkeypatch):
    one, other = make(tmp_path / "a"), make(tmp_path / "b", "samm")
    shard = other / "shard-00000.tfrecord"
    sound = shard.read_bytes()
    shard.write_bytes(sound[:-1])
    with pytest.raises(InputError, match="shard-00000"):
        merge((one, other), tmp_path / "c")
    shard.write_bytes(sound)

    def copy_badly(source, target):
        target.write_bytes(source.read_bytes()[:-1])

    monkeypatch.setattr(module, "copy_file", copy_badly)
    with pytest.raises(InputError, match="changed while it was read"):
        merge((one, other), tmp_path / "c")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
