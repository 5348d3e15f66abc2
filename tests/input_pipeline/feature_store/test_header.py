import json

import pytest

from fgrmer_tf.errors import InputError
from input_pipeline import feature_store
from input_pipeline.feature_store.header import (
    Field,
    Shard,
    StoreHeader,
    read_header,
    write_header,
)

HEADER = StoreHeader(
    key="k",
    class_names=("a", "é"),
    fields={"patches": Field(dtype="float32", shape=(30, 7, 7, 3))},
    clips=5,
    settings={"motion": {"factor": 2.5}, "n": [1, 2]},
    shards=(Shard(name="shard-00000.tfrecord", clips=5, sha256="s"),),
)


def test_a_header_is_read_back(tmp_path):
    write_header(tmp_path, HEADER)
    assert read_header(tmp_path) == HEADER
    assert HEADER.channels == 3


def test_equal_headers_have_equal_bytes(tmp_path):
    (tmp_path / "b").mkdir()
    for folder in (tmp_path, tmp_path / "b"):
        write_header(folder, HEADER)
    name = "header.json"
    assert (tmp_path / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def change(folder, **values):
    path = folder / "header.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.parametrize(
    "change_to", [{"clips": 6}, {"settings": {}}, {"sha256": "0"}, {"key": "other"}]
)
def test_a_changed_header_is_refused(tmp_path, change_to):
    write_header(tmp_path, HEADER)
    change(tmp_path, **change_to)
    with pytest.raises(InputError, match="was changed"):
        read_header(tmp_path)


def test_another_schema_is_refused(tmp_path):
    write_header(tmp_path, HEADER)
    change(tmp_path, schema=99)
    with pytest.raises(InputError, match="schema 99"):
        read_header(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 2}', "text"])
def test_what_is_no_header_is_refused(tmp_path, text):
    with pytest.raises(InputError, match="not a feature store"):
        read_header(tmp_path)
    (tmp_path / "header.json").write_text(text)
    with pytest.raises(InputError, match="not a feature store"):
        read_header(tmp_path)


def test_the_hash_sees_every_part_and_no_order_of_keys():
    one = feature_store.hash_of([{"a": 1, "b": 2}, "x"])
    assert one == feature_store.hash_of([{"b": 2, "a": 1}, "x"])
    assert one != feature_store.hash_of([{"a": 1, "b": 3}, "x"])
    assert one != feature_store.hash_of(["x", {"a": 1, "b": 2}])
