import functools

import pytest

from fgrmer_tf.config import NO_VARIANTS, MotionConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import MEGC2019_CLASSES
from input_pipeline.feature_store.work_folder import WorkFolder
from input_pipeline.prepare import prepare
from input_pipeline.shard_task import new_job, run_here
from input_pipeline.task import tasks_of
from tests.support.small_clips import bytes_of, small_manifest

beam = pytest.importorskip("apache_beam", reason="needs requirements-beam.txt")

from apache_beam.testing import test_pipeline  # noqa: E402
from apache_beam.testing.util import assert_that, equal_to  # noqa: E402

from input_pipeline.beam import (  # noqa: E402
    SKIPPED,
    PrepareShards,
    pipeline_options,
    run_on_beam,
)

CLIPS, A_SHARD = 7, 2


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    folder = tmp_path_factory.mktemp("beam")
    return small_manifest(folder / "frames", CLIPS, faceless={3})


def run(manifest, store, execute=run_here, progress=lambda done, total: None):
    return prepare(
        manifest,
        store,
        class_names=MEGC2019_CLASSES,
        config=MotionConfig(),
        execute=execute,
        shard_clips=A_SHARD,
        progress=progress,
    )


def on_beam(*options):
    return functools.partial(run_on_beam, runner="DirectRunner", options=options)


@pytest.mark.parametrize(
    "options",
    [(), ("direct_running_mode=multi_processing", "direct_num_workers=2")],
    ids=["in process", "two processes"],
)
def test_beam_writes_the_bytes_of_the_plain_loop(manifest, tmp_path, options):
    seen = []
    run(manifest, tmp_path / "plain")
    done = run(
        manifest, tmp_path / "beam", on_beam(*options), lambda *now: seen.append(now)
    )
    assert bytes_of(tmp_path / "beam") == bytes_of(tmp_path / "plain")
    assert seen[-1] == (CLIPS, CLIPS)
    assert [skip.rule for skip in done.skipped] == ["no face"]


def test_beam_goes_on_where_another_run_was_stopped(manifest, tmp_path):
    def stop(done, total):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(manifest, tmp_path / "s", progress=stop)
    (work,) = tmp_path.glob(".*")
    kept = {p.name: p.stat().st_ino for p in (work / "shards").iterdir()}
    assert len(kept) == 2
    run(manifest, tmp_path / "s", on_beam())
    run(manifest, tmp_path / "plain")
    assert bytes_of(tmp_path / "s") == bytes_of(tmp_path / "plain")
    assert (
        kept.items()
        <= {
            path.name: path.stat().st_ino for path in (tmp_path / "s").iterdir()
        }.items()
    )


def test_dead_letters_come_with_their_reason(manifest, tmp_path):
    with WorkFolder(tmp_path / "s") as work:
        job = new_job(work.path, MEGC2019_CLASSES, MotionConfig(), NO_VARIANTS, {})
        tasks = tasks_of(manifest.samples, 0, A_SHARD)
        with test_pipeline.TestPipeline() as pipeline:
            done = pipeline | beam.Create([*tasks, *tasks]) | PrepareShards(job)
            # Every task twice: what is written is the same.
            assert_that(done.shards, equal_to([2, 1, 2, 1] * 2), label="shards")
            letters = done[SKIPPED] | beam.Map(lambda skip: (skip.clip, skip.rule))
            assert_that(letters, equal_to([("c003", "no face")] * 2), label="letters")
        work.discard()


def test_shards_that_no_one_sees_are_missed(manifest, tmp_path, monkeypatch):
    with WorkFolder(tmp_path / "s") as work:
        job = new_job(work.path, MEGC2019_CLASSES, MotionConfig(), NO_VARIANTS, {})
        tasks = tasks_of(manifest.samples, 0, A_SHARD)
        monkeypatch.setattr(type(job), "finished", lambda self, task: None)
        with pytest.raises(OSError, match="4 of 4 shards"):
            run_on_beam(job, tasks, id, runner="DirectRunner")


@pytest.mark.parametrize(
    ("runner", "option"),
    [
        ("FlinkRunner", "flink_master=host:8081"),
        ("SparkRunner", "spark_master_url=spark://host:7077"),
        ("DataflowRunner", "region=europe-west1"),
    ],
)
def test_options_reach_the_runner(runner, option):
    name, value = option.split("=")
    options = pipeline_options(runner, [option]).get_all_options()
    assert options["runner"] == runner
    assert options[name] == value


def test_an_option_that_beam_overlooks_is_refused():
    with pytest.raises(InputError, match="direct_num_wrkers=2"):
        pipeline_options("DirectRunner", ["direct_num_wrkers=2"])
