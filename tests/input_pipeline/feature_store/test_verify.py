import dataclasses

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.feature_store import read_header, rows, write
from input_pipeline.feature_store.header import hash_of, write_header
from input_pipeline.feature_store.parts import Part, write_lists
from input_pipeline.feature_store.shards import file_hash
from input_pipeline.feature_store.tfrecord import frame
from input_pipeline.feature_store.verify import Problem, verify
from input_pipeline.records import Sample
from tests.support.tables import make_table

CLIPS, A_SHARD = 37, 16


@pytest.fixture
def store(tmp_path):
    """Shards of 16, 16 and 5 clips, and the manifest that lists them."""
    table = make_table(clips=CLIPS)
    header = write(tmp_path, table, key="k", settings={})
    samples = tuple(
        Sample(
            dataset=table.dataset[n],
            subject=table.subject[n],
            clip=table.clip[n],
            label="positive",
            onset_path=tmp_path / "a",
            apex_path=tmp_path / "b",
        )
        for n in range(CLIPS)
    )
    part = Part(
        key="k",
        class_names=header.class_names,
        settings={},
        fields=header.fields,
        shards=header.shards,
        samples=samples,
        skipped=(),
        repairs=(),
    )
    write_lists(tmp_path, [part])
    return tmp_path


def name_of(number):
    table = make_table(clips=CLIPS)
    row = (table.dataset[number], table.subject[number], table.clip[number])
    return "/".join(map(str, row))


def size_of_a_record(store):
    shard = store / "shard-00000.tfrecord"
    return shard.stat().st_size // A_SHARD


def test_a_sound_store_has_no_problem_and_every_shard_is_seen(store):
    seen = []
    assert verify(store, lambda done, total: seen.append((done, total))) == ()
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_missing_shard_is_named(store):
    (store / "shard-00001.tfrecord").unlink()
    (problem,) = verify(store)
    assert problem.file == "shard-00001.tfrecord"
    assert "missing, with its 16 clips" in problem.what


def test_a_damaged_record_names_its_clip(store):
    shard = store / "shard-00001.tfrecord"
    data = bytearray(shard.read_bytes())
    data[3 * size_of_a_record(store) + 1000] ^= 1
    shard.write_bytes(data)
    (problem,) = verify(store)
    assert problem.file == "shard-00001.tfrecord"
    assert problem.clip == name_of(A_SHARD + 3)
    assert "record 3: its checksum" in problem.what


def test_without_a_manifest_the_record_is_named(store):
    (store / "manifest.csv").unlink()
    shard = store / "shard-00000.tfrecord"
    data = bytearray(shard.read_bytes())
    data[1000] ^= 1
    shard.write_bytes(data)
    (problem,) = verify(store)
    assert (problem.clip, "record 0" in problem.what) == ("", True)


def test_a_truncated_shard_says_what_is_lost(store):
    shard = store / "shard-00000.tfrecord"
    shard.write_bytes(shard.read_bytes()[: -2 * size_of_a_record(store) - 100])
    (problem,) = verify(store)
    assert problem.clip == name_of(13)
    assert "the file ends inside it; it and the 2 after it are lost" in problem.what


def test_a_shard_that_ends_between_two_records_has_too_few(store):
    shard = store / "shard-00002.tfrecord"
    shard.write_bytes(b"")
    (problem,) = verify(store)
    assert problem == Problem(
        file="shard-00002.tfrecord",
        clip="",
        what="it holds 0 clips, the header says 5",
    )


def replace_record(store, record):
    """Puts `record` in place of the last shard, under a header that agrees."""
    shard = store / "shard-00002.tfrecord"
    shard.write_bytes(frame(record))
    header = read_header(store)
    last = dataclasses.replace(header.shards[-1], clips=1, sha256=file_hash(shard))
    header = dataclasses.replace(
        header, shards=(*header.shards[:-1], last), clips=2 * A_SHARD + 1
    )
    write_header(store, header)


def test_a_clip_that_is_there_twice_or_not_the_listed_one_is_named(store):
    replace_record(store, rows.to_record(make_table(clips=CLIPS), 5))
    problems = verify(store)
    assert {problem.clip for problem in problems} == {name_of(5), ""}
    whats = [problem.what for problem in problems]
    assert whats == [
        f"record 0: manifest.csv has {name_of(32)} there",
        "record 0: shard-00000.tfrecord has this clip too",
        "it lists 37 clips, the header 33",
    ]


def test_a_value_that_no_table_holds_is_named(store):
    table = make_table(clips=CLIPS)
    table.patches[32, 3, 1, 1, 2] = np.nan
    replace_record(store, rows.to_record(table, 32))
    problem, _ = verify(store)
    assert problem.clip == name_of(32)
    assert "`patches` must be finite" in problem.what


@pytest.mark.parametrize(("channels", "record"), [(1, None), (3, b"\xff\xff")])
def test_a_record_of_another_kind_is_named(store, channels, record):
    other = rows.to_record(make_table(clips=CLIPS, channels=channels), 32)
    replace_record(store, record or other)
    problem, _ = verify(store)
    assert problem.clip == name_of(32)
    assert problem.what.startswith("record 0: ")


def test_other_bytes_with_sound_records_are_noticed(store):
    header = read_header(store)
    first = dataclasses.replace(header.shards[0], sha256=hash_of(["other"]))
    header = dataclasses.replace(header, shards=(first, *header.shards[1:]))
    write_header(store, header)
    (problem,) = verify(store)
    assert problem.what == "its SHA-256 is not the one in the header"


def test_no_store_is_refused(tmp_path):
    with pytest.raises(InputError, match="not a feature store"):
        verify(tmp_path)
