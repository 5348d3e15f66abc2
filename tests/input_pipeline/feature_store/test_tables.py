import dataclasses

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline import feature_store
from input_pipeline.feature_exchange import export_npz, import_npz
from tests.support.tables import make_table


def equal(one, other):
    for field in dataclasses.fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        np.testing.assert_array_equal(left, right)
        assert np.asarray(left).dtype.kind == np.asarray(right).dtype.kind


def write(folder, table):
    folder.mkdir()
    return feature_store.write(folder, table, key="k", settings={"motion": {"a": 1}})


@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_written_is_read_back(tmp_path, channels):
    table = make_table(clips=37, channels=channels, map_size=5, num_variants=2)
    header = write(tmp_path / "s", table)
    assert [shard.clips for shard in header.shards] == [16, 16, 5]
    assert header.fields["variants"].shape == (2, 30, 7, 7, channels)
    assert feature_store.read_header(tmp_path / "s") == header
    equal(feature_store.read(tmp_path / "s"), table)


def test_equal_tables_give_equal_bytes(tmp_path):
    headers = [write(tmp_path / name, make_table()) for name in "ab"]
    assert headers[0] == headers[1]


@pytest.mark.parametrize("damage", ["truncate", "flip", "remove"])
def test_a_damaged_shard_is_named(tmp_path, damage):
    write(tmp_path / "s", make_table())
    shard = tmp_path / "s" / "shard-00000.tfrecord"
    data = bytearray(shard.read_bytes())
    if damage == "truncate":
        shard.write_bytes(data[:-100])
    elif damage == "flip":
        data[len(data) // 2] ^= 1
        shard.write_bytes(data)
    else:
        shard.unlink()
    with pytest.raises(InputError, match="shard-00000"):
        feature_store.read(tmp_path / "s")


def test_what_is_no_store_is_refused(tmp_path):
    with pytest.raises(InputError, match="not a feature store"):
        feature_store.read(tmp_path)


def test_a_table_survives_npz_in_and_out(tmp_path):
    table = make_table()
    write(tmp_path / "s", table)
    export_npz(tmp_path / "s", tmp_path / "t.npz")
    header = import_npz(tmp_path / "t.npz", tmp_path / "again")
    assert header.clips == len(table)
    equal(feature_store.read(tmp_path / "again"), table)
    with pytest.raises(InputError, match="exists already"):
        import_npz(tmp_path / "t.npz", tmp_path / "again")


def test_a_table_without_au_is_not_annotated(tmp_path):
    table = make_table()
    arrays = dataclasses.asdict(table) | {"class_names": np.array(table.class_names)}
    del arrays["au"]
    np.savez(tmp_path / "t.npz", **arrays)
    import_npz(tmp_path / "t.npz", tmp_path / "s")
    assert (feature_store.read(tmp_path / "s").au == 255).all()


def test_a_wrong_npz_is_refused_and_nothing_is_written(tmp_path):
    np.savez(tmp_path / "t.npz", patches=np.zeros(3))
    with pytest.raises(InputError, match="class_names"):
        import_npz(tmp_path / "t.npz", tmp_path / "s")
    with open(tmp_path / "v.npz", "wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(InputError, match="cannot be read"):
        import_npz(tmp_path / "v.npz", tmp_path / "s")
    (tmp_path / "u.npz").write_text("text")
    with pytest.raises(InputError, match="cannot be read"):
        import_npz(tmp_path / "u.npz", tmp_path / "s")
    with pytest.raises(InputError, match="cannot be read"):
        import_npz(tmp_path / "none.npz", tmp_path / "s")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t.npz", "u.npz", "v.npz"]
