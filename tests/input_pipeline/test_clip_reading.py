import dataclasses
import hashlib

import numpy as np
import pytest

from fgrmer_tf.config import NO_VARIANTS, MotionConfig, VariantConfig
from input_pipeline.clip_features import ClipExtractor
from input_pipeline.clip_reading import read_features, read_sources
from input_pipeline.findings import Skip
from tests.support.small_clips import small_manifest


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return small_manifest(tmp_path_factory.mktemp("reading"), 1).samples[0]


@pytest.fixture(scope="module")
def extractor():
    return ClipExtractor(MotionConfig())


def test_every_file_is_read_once_and_hashed(sample):
    sources = read_sources(sample, MotionConfig(), NO_VARIANTS)
    assert list(sources) == ["onset", "apex"]
    for name, path in (("onset", sample.onset_path), ("apex", sample.apex_path)):
        assert sources[name].data == path.read_bytes()
        assert sources[name].digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_precomputed_flow_needs_apex_and_flow(sample):
    config = MotionConfig(method="precomputed")
    sources = read_sources(sample, config, NO_VARIANTS)
    assert list(sources) == ["apex", "flow"]
    assert sources["flow"].digest is None


def test_a_file_that_cannot_be_read_says_why(sample, extractor, tmp_path):
    for path, rule, reason in (
        (tmp_path / "gone.png", "missing frame", "No such file"),
        (tmp_path, "unreadable image", "Is a directory"),
    ):
        broken = dataclasses.replace(sample, apex_path=path)
        sources = read_sources(broken, MotionConfig(), NO_VARIANTS)
        assert sources["apex"].digest is None
        skip = read_features(extractor, broken, sources)
        assert isinstance(skip, Skip)
        assert skip.rule == rule
        assert str(path) in skip.detail
        assert reason in skip.detail


def numbered(sample, folder):
    """The clip with frames img1 (onset) to img3, of which img2 is the apex."""
    frames = {1: sample.onset_path, 2: sample.apex_path, 3: sample.apex_path}
    for number, path in frames.items():
        (folder / f"img{number}.png").write_bytes(path.read_bytes())
    return dataclasses.replace(
        sample,
        onset_path=folder / "img1.png",
        apex_path=folder / "img2.png",
        frames_dir=folder,
    )


def test_frames_near_the_apex_are_sources_too(sample, tmp_path):
    variants = VariantConfig(apex_offsets=(1, 2))
    extractor = ClipExtractor(MotionConfig(), variants)
    clip = numbered(sample, tmp_path)
    sources = read_sources(clip, MotionConfig(), variants)
    assert list(sources) == ["onset", "apex", "apex+1", "apex+2"]
    assert sources["apex+1"].path == tmp_path / "img3.png"
    assert sources["apex+2"].path is None
    features = read_features(extractor, clip, sources)
    assert not isinstance(features, Skip)
    assert len(features.variants) == 2
    np.testing.assert_array_equal(features.variants[1], features.patches)
    assert len(features.notes) == 1


def test_an_unreadable_frame_near_the_apex_costs_the_variant_alone(sample, tmp_path):
    variants = VariantConfig(apex_offsets=(1,))
    clip = numbered(sample, tmp_path)
    (tmp_path / "img3.png").write_bytes(b"no image")
    sources = read_sources(clip, MotionConfig(), variants)
    features = read_features(ClipExtractor(MotionConfig(), variants), clip, sources)
    assert not isinstance(features, Skip)
    np.testing.assert_array_equal(features.variants[0], features.patches)
    assert any("img3.png" in note for note in features.notes)


def test_the_name_of_the_clip_decides_its_jitter(sample):
    variants = VariantConfig(jitters=1)
    extractor = ClipExtractor(MotionConfig(), variants)
    found = []
    for name in ("a", "b", "a"):
        clip = dataclasses.replace(sample, clip=name)
        sources = read_sources(clip, MotionConfig(), variants)
        features = read_features(extractor, clip, sources)
        assert not isinstance(features, Skip)
        found.append(features.variants)
    np.testing.assert_array_equal(found[0], found[2])
    assert (found[0] != found[1]).any()
