import hashlib
import io

import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.feature_store import read_header, write
from input_pipeline.feature_store.shards import (
    clips_a_shard,
    copy_file,
    file_hash,
    is_whole,
    read_clips,
    shard_name,
    shard_number,
    shard_writer,
)
from input_pipeline.feature_store.tfrecord import read
from tests.support.tables import make_table


def test_a_shard_appears_whole(tmp_path):
    with shard_writer(tmp_path, 3) as shard:
        for record in (b"one", b"two"):
            shard.add(record)
        assert not (tmp_path / "shard-00003.tfrecord").exists()
    (path,) = tmp_path.iterdir()
    data = path.read_bytes()
    assert list(read(io.BytesIO(data))) == [b"one", b"two"]
    entry = shard.entry()
    assert (entry.name, entry.clips) == ("shard-00003.tfrecord", 2)
    assert entry.sha256 == hashlib.sha256(data).hexdigest() == file_hash(path)
    assert is_whole(tmp_path, entry)
    path.write_bytes(data[:-1])
    assert not is_whole(tmp_path, entry)


def fail_while_writing(folder):
    with shard_writer(folder, 0) as shard:
        shard.add(b"one")
        raise ZeroDivisionError


def test_a_shard_that_fails_does_not_appear(tmp_path):
    with pytest.raises(ZeroDivisionError):
        fail_while_writing(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_shard_without_records_does_not_appear(tmp_path):
    with shard_writer(tmp_path, 0) as shard:
        pass
    assert shard.entry().clips == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("clips", "size"), [(1, 16), (442, 16), (10_000, 156), (1_000_000, 1024)]
)
def test_shards_are_neither_tiny_nor_huge(clips, size):
    assert clips_a_shard(clips) == size


def test_names_and_numbers_belong_together():
    assert shard_number(shard_name(41)) == 41
    assert shard_number(shard_name(123456)) == 123456


def test_a_copy_is_equal(tmp_path):
    (tmp_path / "a").write_bytes(bytes(range(256)) * 11)
    copy_file(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == (tmp_path / "a").read_bytes()


def test_a_damaged_shard_is_named(tmp_path):
    write(tmp_path, make_table(), key="k", settings={})
    (tmp_path / "shard-00000.tfrecord").unlink()
    with pytest.raises(InputError, match=r"shard-00000.*store verify"):
        next(read_clips(tmp_path, read_header(tmp_path)))
