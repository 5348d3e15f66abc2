import numpy as np
import pytest
import tensorflow as tf

from input_pipeline import tfdata
from input_pipeline.au_evidence import au_evidence
from input_pipeline.augment import mirror
from tests.support.tables import make_table

EMBEDDINGS = np.random.default_rng(1).normal(size=(9, 5)).astype(np.float32)
OPTIONS = {
    "embeddings": EMBEDDINGS,
    "evidence": True,
    "class_balanced": True,
    "mirror": False,
    "batch_size": 5,
    "seed": 3,
}


def epochs(table, count=2, **options):
    data = tfdata.training(table, **OPTIONS | options)
    return [list(data.as_numpy_iterator()) for _ in range(count)]


def order(epoch):
    return np.concatenate([label for _, label, _ in epoch])


def numbered(clips=13):
    return make_table(clips=clips, label=np.arange(clips) % 3)


def first_values(epoch):
    return np.concatenate([f["patches"][:, 0, 0, 0, 0] for f, _, _ in epoch]).tolist()


def test_every_clip_once_an_epoch_in_a_new_order_fixed_by_the_seed():
    table = numbered()
    one, two = map(first_values, epochs(table))
    assert sorted(one) == sorted(two) == sorted(table.patches[:, 0, 0, 0, 0].tolist())
    assert one != two
    assert [one, two] == [first_values(e) for e in epochs(table)]
    assert one != first_values(epochs(table, seed=4)[0])


def test_patches_labels_and_embeddings_stay_together():
    table = numbered()
    for features, labels, _ in epochs(table, 1)[0]:
        for patch, rows, label in zip(
            features["patches"], features["au_embeddings"], labels, strict=True
        ):
            index = int((table.patches == patch).all(axis=(1, 2, 3, 4)).argmax())
            assert table.label[index] == label
            weights = au_evidence(tf.constant(patch[None])).numpy()[0]
            np.testing.assert_allclose(rows, weights[:, None] * EMBEDDINGS, rtol=1e-5)


def test_without_evidence_every_clip_gets_the_embeddings():
    features, _, _ = epochs(numbered(), 1, evidence=False)[0][0]
    assert (features["au_embeddings"] == EMBEDDINGS).all()


def test_a_learned_embedding_is_fed_patches_alone():
    features, _, _ = epochs(numbered(), 1, embeddings=None)[0][0]
    assert set(features) == {"patches"}


def test_class_weights_balance_the_classes_that_are_there():
    label = np.array([0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 2])
    table = make_table(label=label)
    totals = np.zeros(3)
    for _, labels, weights in epochs(table, 1)[0]:
        np.add.at(totals, labels, weights)
    np.testing.assert_allclose(totals, [6.5, 0, 6.5], rtol=1e-6)
    assert all((w == 1).all() for _, _, w in epochs(table, 1, class_balanced=False)[0])


@pytest.mark.parametrize("embeddings", [None, EMBEDDINGS])
def test_inference_keeps_the_order_and_has_no_label(embeddings):
    table = numbered()
    data = tfdata.inference(table, embeddings=embeddings, evidence=True, batch_size=4)
    batches = list(data.as_numpy_iterator())
    patches = np.concatenate([batch["patches"] for batch in batches])
    np.testing.assert_array_equal(patches, table.patches)
    assert set(batches[0]) == {"patches"} | (
        {"au_embeddings"} - {None} if embeddings is not None else set()
    )


def test_every_epoch_mirrors_another_half():
    table = numbered(clips=211)
    originals = {patch.tobytes() for patch in table.patches}
    mirrored = {patch.tobytes() for patch in mirror(tf.constant(table.patches)).numpy()}
    seen = []
    for epoch in epochs(table, mirror=True):
        clips = [patch.tobytes() for f, _, _ in epoch for patch in f["patches"]]
        assert set(clips) <= originals | mirrored
        seen.append({clip for clip in clips if clip in mirrored})
        assert 0.35 < len(seen[-1]) / len(table) < 0.65
    assert seen[0] != seen[1]
    again = epochs(table, mirror=True)[1]
    clips = {patch.tobytes() for f, _, _ in again for patch in f["patches"]}
    assert seen[1] <= clips
