import io

import numpy as np
import pytest
import tensorflow as tf

from input_pipeline.feature_store import tfrecord

RECORDS = [b"", b"a", bytes(range(256)) * 7]


def written(records):
    return b"".join(map(tfrecord.frame, records))


def read(data):
    return list(tfrecord.read(io.BytesIO(data)))


def test_tensorflow_reads_what_is_written(tmp_path):
    path = tmp_path / "r.tfrecord"
    path.write_bytes(written(RECORDS))
    found = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    assert list(found) == RECORDS


def test_what_tensorflow_writes_is_read(tmp_path):
    path = str(tmp_path / "r.tfrecord")
    with tf.io.TFRecordWriter(path) as writer:
        for record in RECORDS:
            writer.write(record)
    with open(path, "rb") as file:
        assert list(tfrecord.read(file)) == RECORDS


def test_tensorflow_understands_the_features():
    values = np.arange(5, dtype=np.float32)
    record = tfrecord.encode({"v": values.tobytes(), "label": 2, "name": "é".encode()})
    example = tf.io.parse_single_example(
        record,
        {
            "v": tf.io.FixedLenFeature([], tf.string),
            "label": tf.io.FixedLenFeature([], tf.int64),
            "name": tf.io.FixedLenFeature([], tf.string),
        },
    )
    np.testing.assert_array_equal(tf.io.decode_raw(example["v"], tf.float32), values)
    assert example["label"] == 2
    assert example["name"].numpy().decode() == "é"
    assert tfrecord.decode(record) == {
        "v": values.tobytes(),
        "label": 2,
        "name": "é".encode(),
    }


def test_equal_features_give_equal_bytes_in_any_order():
    features = {f"f{n}": bytes([n]) for n in range(23)}
    backwards = dict(reversed(features.items()))
    assert tfrecord.encode(features) == tfrecord.encode(backwards)


@pytest.mark.parametrize("record", [b"\xff\xff", b"\x0a\x05\x0a\x03\x0a\x01a"])
def test_what_is_no_record_of_features_is_refused(record):
    with pytest.raises(ValueError, match="not a record"):
        tfrecord.decode(record)


def test_a_damaged_record_costs_only_itself():
    data = bytearray(written([b"first", b"second", b"third"]))
    data[data.index(b"second")] ^= 1
    first, damage, third = read(bytes(data))
    assert (first, third) == (b"first", b"third")
    assert not damage.last
    assert "checksum" in damage.what


@pytest.mark.parametrize("cut", [1, 5, 11, 13, 17])
def test_a_truncated_file_ends_in_damage(cut):
    data = written([b"first", b"second"])
    first, damage = read(data[: len(tfrecord.frame(b"first")) + cut])
    assert first == b"first"
    assert damage.last
    assert "ends inside" in damage.what


def test_a_damaged_length_ends_the_file():
    data = bytearray(written([b"first", b"second", b"third"]))
    data[len(tfrecord.frame(b"first"))] ^= 1
    first, damage = read(bytes(data))
    assert first == b"first"
    assert damage.last
    assert "length" in damage.what
