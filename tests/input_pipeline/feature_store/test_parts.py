import dataclasses

from input_pipeline.feature_store import write
from input_pipeline.feature_store.parts import Part, read_part, write_lists
from input_pipeline.findings import Repair, Skip
from input_pipeline.records import Sample
from tests.support.tables import make_table


def sample(clip):
    path = "/frames/a.png"
    return Sample(
        dataset="d",
        subject="s",
        clip=clip,
        label="positive",
        onset_path=path,
        apex_path=path,
    )


def skip(clip, rule="no face"):
    return Skip(dataset="d", subject="s", clip=clip, rule=rule, detail="x")


def repair(clip):
    return Repair(dataset="d", subject="s", clip=clip, rule="r", old="1", new="2")


def part(folder, samples=(), skipped=(), repairs=()):
    header = write(folder, make_table(), key="k", settings={})
    return Part(
        key=header.key,
        class_names=header.class_names,
        settings=header.settings,
        fields=header.fields,
        shards=header.shards,
        samples=tuple(map(sample, samples)),
        skipped=tuple(skipped),
        repairs=tuple(map(repair, repairs)),
    )


def test_lists_are_joined_and_a_clip_that_came_is_not_left_out(tmp_path):
    old = part(tmp_path, "ab", [skip("x"), skip("y")], "a")
    new = part(tmp_path, "cx", [skip("y"), skip("z", "unreadable image")], "ac")
    write_lists(tmp_path, [old, new])
    found = read_part(tmp_path)
    assert [one.clip for one in found.samples] == list("abcx")
    assert [(one.clip, one.rule) for one in found.skipped] == [
        ("y", "no face"),
        ("z", "unreadable image"),
    ]
    assert [one.clip for one in found.repairs] == ["a", "c"]


def test_one_part_keeps_its_key(tmp_path):
    one = part(tmp_path)
    assert write_lists(tmp_path, [one]).key == "k"
    other = dataclasses.replace(one, key="l")
    assert write_lists(tmp_path, [one, other]).key not in ("k", "l")


def test_a_store_made_from_a_table_has_no_lists(tmp_path):
    found = part(tmp_path)
    write_lists(tmp_path, [found])
    assert read_part(tmp_path) == found
    assert not (tmp_path / "manifest.csv").exists()
