import json
from pathlib import Path

import numpy as np

from export import runners, warmup
from export.frames.sample import as_inputs, sample_clips
from export.reference import FRAMES_BATCHES
from export.structure import describe
from tests.support.frames import keras_probabilities

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "golden" / "signature.json").read_text("utf-8")
)


def test_the_signature_is_written_and_frozen(exported_frames):
    found = describe("savedmodel", exported_frames.out / "savedmodel/1", opset=17)
    assert found.signatures == GOLDEN["savedmodel with frames"]


def test_a_fresh_process_says_what_pipeline_and_keras_say(exported_frames, framed):
    seen = exported_frames.record["verified"]["savedmodel"]["differences"]["frames"]
    assert list(seen) == list(map(str, FRAMES_BATCHES))
    assert max(found["probabilities"] for found in seen.values()) <= 1e-3
    clips = sample_clips(2)
    run = runners.load_named(exported_frames.out / "savedmodel/1", "frames")
    answers = run(as_inputs(clips))
    wanted = keras_probabilities(framed, clips)
    np.testing.assert_allclose(answers["probabilities"], wanted, atol=1e-3)
    assert np.ptp(wanted, axis=0).max() > 0.01


def test_frames_are_played_before_a_version_counts(exported_frames):
    assert warmup.replay(exported_frames.out / "savedmodel/1") == 10
    assert exported_frames.record["verified"]["savedmodel"]["warmup_requests"] == 10


def test_nothing_is_left_out_or_it_is_said_why(exported_frames, exported):
    assert exported_frames.record["left_out"] == {}
    assert "`farneback`" in exported.record["left_out"]["frames"]
