import dataclasses
import os
import shutil

import cv2
import numpy as np
import pytest

from fgrmer_tf.config import NO_VARIANTS, MotionConfig, VariantConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import MEGC2019_CLASSES
from input_pipeline.feature_store import StoreHeader
from input_pipeline.feature_store.shards import read_clips
from input_pipeline.feature_store.work_folder import WorkFolder
from input_pipeline.shard_task import new_job, run_here
from input_pipeline.task import Task, tasks_of
from tests.support.small_clips import small_manifest

CLIPS = 5


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("task")
    return small_manifest(folder, CLIPS, faceless={1}).samples


@pytest.fixture
def job(tmp_path):
    with WorkFolder(tmp_path / "s") as work:
        yield new_job(work.path, MEGC2019_CLASSES, MotionConfig(), NO_VARIANTS, {})


def forbidden(*arguments):
    raise AssertionError("computed again")


class Broken:
    """Stands in for the models."""

    def __init__(self, inner, **attributes):
        self._inner, self._attributes = inner, attributes

    def __getattr__(self, name):
        return self._attributes.get(name) or getattr(self._inner, name)


def test_a_task_becomes_a_shard_and_a_note(samples, job):
    task = Task(number=3, samples=samples)
    ticks = []
    finished = job.run(task, job.open(), ticks.append)
    assert ticks == [1] * CLIPS
    assert finished.shard.name == "shard-00003.tfrecord"
    assert (finished.shard.clips, len(finished.inputs)) == (CLIPS - 1, CLIPS)
    assert [(skip.clip, skip.rule) for skip in finished.skipped] == [
        ("c001", "no face")
    ]
    assert job.finished(task) == finished


def test_what_is_finished_is_not_computed_again(samples, job):
    task = Task(number=0, samples=samples)
    first = job.run(task, job.open(), lambda clips: None)
    ticks = []
    assert job.run(task, Broken(None, extract=forbidden), ticks.append) == first
    assert ticks == [CLIPS]


@pytest.mark.parametrize("change", ["shard", "note", "frame", "row", "settings"])
def test_what_has_changed_is_computed_again(samples, job, change, tmp_path):
    task = Task(number=0, samples=samples[2:4])
    extractor = job.open()
    first = job.run(task, extractor, lambda clips: None)
    if change == "shard":
        path = job.folder / "shards" / first.shard.name
        path.write_bytes(path.read_bytes()[:-1])
    elif change == "note":
        (job.folder / "done" / "00000.json").write_text('{"number": 0}')
    elif change == "frame":
        copy = tmp_path / "other.png"
        copy.write_bytes(samples[1].apex_path.read_bytes())
        other = dataclasses.replace(samples[2], apex_path=copy)
        task = Task(number=0, samples=(other, samples[3]))
    elif change == "row":
        other = dataclasses.replace(samples[2], au=(12,))
        task = Task(number=0, samples=(other, samples[3]))
    else:
        job = dataclasses.replace(job, settings={"other": 1})
    ticks = []
    again = job.run(task, extractor, ticks.append)
    assert ticks == [1, 1]
    assert job.finished(task) == again
    assert (again == first) == (change in ("shard", "note"))


def test_a_shard_of_skipped_clips_is_finished_without_a_file(samples, job):
    task = Task(number=0, samples=samples[1:2])
    finished = job.run(task, job.open(), lambda clips: None)
    assert finished.shard.clips == 0
    assert list((job.folder / "shards").iterdir()) == []
    assert job.finished(task) == finished


def test_what_no_rule_foresees_names_the_clip(samples, job):
    def fail(*frames, **names):
        raise ZeroDivisionError("deep inside")

    task = Task(number=0, samples=samples[:1])
    with pytest.raises(RuntimeError, match=r"made/s0/c000.*deep inside"):
        job.run(task, Broken(job.open(), extract=fail), lambda clips: None)
    assert list((job.folder / "shards").iterdir()) == []


def test_features_that_no_table_holds_leave_the_clip_out(samples, job):
    extractor = job.open()

    def spoil(*frames, **names):
        clip = extractor.extract(*frames, **names)
        clip.patches[3, 1, 1, 0] = np.nan
        return clip

    task = Task(number=0, samples=samples[:1])
    finished = job.run(task, Broken(extractor, extract=spoil), lambda clips: None)
    (skip,) = finished.skipped
    assert (skip.subject, skip.clip) == ("s0", "c000")
    assert skip.rule == "unusable features"
    assert "finite" in skip.detail


def test_settings_tell_all_that_decides(tmp_path):
    variants = VariantConfig(jitters=2)
    job = new_job(tmp_path, ("a",), MotionConfig(), variants, {"classes": "x"})
    assert job.settings["classes"] == "x"
    assert job.settings["motion"]["method"] == MotionConfig().method
    assert len(job.settings["variants"]) == 2
    assert job.settings["variant_config"]["jitters"] == 2
    plain = new_job(tmp_path, ("a",), MotionConfig(), NO_VARIANTS, {})
    assert "variants" not in plain.settings
    with pytest.raises(InputError, match="factors"):
        new_job(tmp_path, ("a",), MotionConfig(), VariantConfig(factors=(2.0,)), {})


def test_one_thread_computes_and_the_setting_is_put_back(samples, job):
    before = cv2.getNumThreads()
    seen = [cv2.getNumThreads() for _ in run_here(job, tasks_of(samples, 0, 2), id)]
    assert seen == [1, 1, 1]
    assert cv2.getNumThreads() == before


def test_tasks_cover_the_samples_in_order(samples, monkeypatch):
    tasks = tasks_of(samples, 7, 2)
    assert [task.number for task in tasks] == [7, 8, 9]
    assert [len(task.samples) for task in tasks] == [2, 2, 1]
    assert [s for task in tasks for s in task.samples] == list(samples)
    folder = samples[0].onset_path.parent
    monkeypatch.chdir(folder.parent)
    relative = samples[0].onset_path.relative_to(folder.parent)
    (task,) = tasks_of([dataclasses.replace(samples[0], onset_path=relative)], 0, None)
    assert task.samples[0].onset_path == samples[0].onset_path


def test_records_carry_where_they_came_from(samples, job):
    finished = job.run(Task(number=0, samples=samples), job.open(), id)
    header = _header(finished)
    clips = list(read_clips(job.folder / "shards", header))
    assert [clip["provenance"]["inputs"] for clip in clips] == [
        hashed for n, hashed in enumerate(finished.inputs) if n != 1
    ]


def test_a_name_in_gbk_is_recorded_as_it_was_meant(samples, job, tmp_path):
    onset = tmp_path / os.fsdecode("惊讶.jpg".encode("gbk"))
    shutil.copy(samples[0].onset_path, onset)
    renamed = dataclasses.replace(samples[0], onset_path=onset)
    finished = job.run(Task(number=0, samples=(renamed,)), job.open(), id)
    (clip,) = read_clips(job.folder / "shards", _header(finished))
    assert clip["provenance"]["files"]["onset"]["name"] == "惊讶.jpg"


def _header(finished):
    return StoreHeader(
        key="",
        class_names=MEGC2019_CLASSES,
        fields=finished.fields,
        clips=finished.shard.clips,
        settings={},
        shards=(finished.shard,),
    )
