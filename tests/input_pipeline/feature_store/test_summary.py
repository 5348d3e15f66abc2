import numpy as np
import pytest

from fgrmer_tf.config import NO_VARIANTS, MotionConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import MEGC2019_CLASSES
from input_pipeline.clip_reading import read_sources
from input_pipeline.feature_store.summary import clip_origin, summary
from input_pipeline.prepare import prepare
from tests.support.small_clips import small_manifest


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("summary")
    manifest = small_manifest(folder / "frames", 5, faceless={3})
    prepare(
        manifest,
        folder / "s",
        class_names=MEGC2019_CLASSES,
        config=MotionConfig(),
        chosen={"classes": "megc2019"},
    )
    return manifest, folder / "s"


def test_a_store_is_counted(made):
    found = summary(made[1])
    assert (found["clips"], found["subjects"]) == (4, 3)
    assert found["datasets"] == {"made": 4}
    assert found["classes"] == {"positive": 1, "negative": 2, "surprise": 1}
    assert found["skipped"] == {"no face": 1}
    assert found["fields"]["patches"] == "float32 (30, 7, 7, 3)"
    assert found["settings"]["classes"] == "megc2019"
    assert found["settings"]["motion"]["map_size"] == MotionConfig().map_size
    assert set(found["settings"]["models"]) == {"landmarks", "motion"}


def test_a_clip_knows_its_files_and_how_the_head_moved(made):
    manifest, store = made
    sample = manifest.samples[4]
    found = clip_origin(store, "/".join(sample.key))
    sources = read_sources(sample, MotionConfig(), NO_VARIANTS)
    assert found["label"] == sample.label
    assert found["files"] == {
        name: {"name": source.path.name, "sha256": source.digest}
        for name, source in sources.items()
    }
    assert np.isfinite(found["head_motion"])
    assert found["notes"] == []


def test_an_unknown_clip_is_refused(made):
    with pytest.raises(InputError, match="no clip 'made/s0/c003'"):
        clip_origin(made[1], "made/s0/c003")
