import numpy as np
import pytest
import tensorflow as tf

from export import signature
from export.runners import serialize

REFUSED = tf.errors.InvalidArgumentError


def example(**features):
    return tf.train.Example(
        features=tf.train.Features(
            feature={
                name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
                for name, value in features.items()
            }
        )
    ).SerializeToString()


@pytest.fixture
def patches(module):
    return module.served["patches"]


@pytest.fixture
def examples(module):
    return module.served["serving_default"]


def test_outputs_go_together(patches, evidence):
    outputs = patches(evidence.clips)
    logits = outputs["logits"].numpy().astype(np.float64)
    exponential = np.exp(logits)
    wanted = exponential / exponential.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(outputs["probabilities"], wanted, atol=1e-6)
    names = [evidence.constants.class_names[row] for row in logits.argmax(axis=1)]
    assert [name.decode() for name in outputs["label"].numpy()] == names
    assert len(set(names)) > 1


@pytest.mark.parametrize("value", [0.0, 3.7])
def test_a_clip_without_motion_gets_probabilities(patches, value):
    outputs = patches(np.full((1, 30, 7, 7, 3), value, np.float32))
    np.testing.assert_allclose(outputs["probabilities"].numpy().sum(), 1, atol=1e-6)


def test_a_row_does_not_depend_on_the_others(patches, evidence):
    together = patches(evidence.clips)["logits"].numpy()
    alone = [patches(clip[None])["logits"].numpy()[0] for clip in evidence.clips]
    np.testing.assert_allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("batch", [0, 1, 5])
def test_signatures_agree(module, patches, examples, evidence, batch):
    clips = evidence.clips[:batch]
    records = tf.constant(serialize(clips), tf.string, (batch,))
    of_patches, of_examples = patches(clips), examples(records)
    for name, value in of_patches.items():
        assert value.shape[0] == batch
        np.testing.assert_array_equal(of_examples[name], value)
    classified = module.served["classify"](records)
    np.testing.assert_array_equal(classified["scores"], of_patches["probabilities"])
    names = [name.encode() for name in evidence.constants.class_names]
    assert classified["classes"].shape == (batch, 3)
    assert classified["classes"].numpy().tolist() == [names] * batch


def test_other_features_of_an_example_are_ignored(patches, examples, evidence):
    clip = evidence.clips[0]
    records = [example(patches=clip.tobytes(), subject=b"7")]
    np.testing.assert_array_equal(
        examples(tf.constant(records))["logits"], patches(clip[None])["logits"]
    )


@pytest.mark.parametrize("name", ["serving_default", "classify"])
@pytest.mark.parametrize(
    "record",
    [
        b"garbage",
        example(other=b""),
        example(patches=bytes(4 * 30 * 7 * 7)),
        example(patches=bytes(2 * 4 * 30 * 7 * 7 * 3)),
        example(patches=bytes(3)),
        example(patches=np.full((30, 7, 7, 3), np.nan, "f4").tobytes()),
    ],
    ids=["garbage", "no patches", "one channel", "two clips", "not floats", "NaN"],
)
def test_a_wrong_example_is_an_invalid_argument(module, name, record):
    with pytest.raises(REFUSED):
        module.served[name](tf.constant([record]))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused_by_its_row(patches, evidence, value):
    clips = evidence.clips[:5].copy()
    clips[3, 29, 6, 6, 2] = value
    with pytest.raises(REFUSED, match=r"`patches` must be finite.*rows.*\[3\]"):
        patches(clips)


def test_numbers_that_overflow_are_refused(patches):
    with pytest.raises(REFUSED, match="logits of these patches must be finite"):
        patches(np.full((1, 30, 7, 7, 3), 3e38, np.float32))


@pytest.mark.parametrize("name", ["patches", "serving_default", "classify", "card"])
def test_a_batch_above_the_cap_is_refused(module, name):
    rows = signature.MAX_BATCH + 1
    batch = tf.zeros((rows, 30, 7, 7, 3)) if name == "patches" else tf.fill([rows], "")
    with pytest.raises(REFUSED, match=f"at most {signature.MAX_BATCH} rows.*{rows}"):
        module.served[name](batch)


def test_the_card_tells_field_by_field(module, card):
    fields = ["licence", "class_names", "licence"]
    told = module.served["card"](tf.constant(fields))["value"].numpy()
    assert [text.decode() for text in told] == [card.texts()[name] for name in fields]
    assert len(module.served["card"](tf.constant([], tf.string))["value"]) == 0


def test_an_unknown_field_is_refused(module):
    with pytest.raises(REFUSED, match=r"no such field.*model_id, class_names"):
        module.served["card"](tf.constant(["licence", "password"]))


def test_nothing_can_change(module):
    assert module.variables == ()
