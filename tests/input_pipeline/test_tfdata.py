import numpy as np
import pytest
import tensorflow as tf

from fgrmer_tf.errors import InputError
from input_pipeline import tfdata
from input_pipeline.au_evidence import au_evidence
from input_pipeline.augment import mirror, mirror_map
from tests.support.tables import make_table

EMBEDDINGS = np.random.default_rng(1).normal(size=(9, 5)).astype(np.float32)
OPTIONS = {
    "embeddings": EMBEDDINGS,
    "evidence": True,
    "class_balanced": True,
    "mirror": False,
    "variant_rate": 0.5,
    "batch_size": 5,
    "seed": 3,
}


def epochs(table, count=2, **options):
    options = OPTIONS | options
    data = tfdata.training(table, epochs=count, **options)
    batches = list(data.as_numpy_iterator())
    steps = -(-len(table) // options["batch_size"])
    assert len(batches) == count * steps
    return [batches[first : first + steps] for first in range(0, len(batches), steps)]


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


def shown(table, epoch):
    """Each clip's label and which of its patches was shown: 0 plain, then variants."""
    stack = np.concatenate([table.patches[:, None], table.variants], axis=1)
    found = {}
    for features, labels, _ in epoch:
        for patch, label in zip(features["patches"], labels, strict=True):
            clip, variant = np.argwhere((stack == patch).all(axis=(2, 3, 4, 5)))[0]
            assert clip not in found
            assert table.label[clip] == label
            found[int(clip)] = int(variant)
    return found


def test_every_epoch_shows_other_variants_at_the_given_rate():
    table = make_table(clips=211, num_variants=3)
    epochs_seen = [shown(table, e) for e in epochs(table, variant_rate=0.6)]
    for seen in epochs_seen:
        assert sorted(seen) == list(range(211))
        counts = np.bincount([*seen.values()], minlength=4) / 211
        np.testing.assert_allclose(counts, [0.4, 0.2, 0.2, 0.2], atol=0.09)
    assert epochs_seen[0] != epochs_seen[1]
    again = [shown(table, e) for e in epochs(table, variant_rate=0.6)]
    assert again == epochs_seen
    other = shown(table, epochs(table, 1, variant_rate=0.6, seed=4)[0])
    assert other != epochs_seen[0]


@pytest.mark.parametrize(("rate", "plain"), [(0.0, True), (1.0, False)])
def test_the_rate_may_be_none_or_all(rate, plain):
    table = make_table(num_variants=2)
    (epoch,) = epochs(table, 1, variant_rate=rate)
    assert {variant == 0 for variant in shown(table, epoch).values()} == {plain}


def test_variants_are_mirrored_by_draws_of_their_own():
    table = make_table(clips=211, num_variants=1)
    (epoch,) = epochs(table, 1, variant_rate=0.5, mirror=True)
    stack = np.concatenate([table.patches, table.variants[:, 0]])
    turned = mirror(tf.constant(stack)).numpy()
    where = {patch.tobytes(): (i // 211, 0) for i, patch in enumerate(stack)}
    where |= {patch.tobytes(): (i // 211, 1) for i, patch in enumerate(turned)}
    seen = [where[patch.tobytes()] for f, _, _ in epoch for patch in f["patches"]]
    shares = [seen.count((v, m)) / 211 for v in (0, 1) for m in (0, 1)]
    np.testing.assert_allclose(shares, 0.25, atol=0.09)


def test_evidence_is_that_of_the_patches_shown():
    table = make_table(num_variants=2)
    (epoch,) = epochs(table, 1, variant_rate=1.0, mirror=True)
    for features, _, _ in epoch:
        weights = au_evidence(tf.constant(features["patches"])).numpy()
        expected = weights[:, :, None] * EMBEDDINGS
        np.testing.assert_allclose(features["au_embeddings"], expected, atol=1e-4)


def test_inference_never_sees_a_variant():
    plain = make_table(map_size=5)
    huge = np.full((13, 2, *plain.patches.shape[1:]), 1e6, np.float32)
    table = make_table(map_size=5, variants=huge)
    one, other = (
        tfdata.inference(t, embeddings=EMBEDDINGS, evidence=True, motion_map=True)
        for t in (plain, table)
    )
    for first, second in zip(one, other, strict=True):
        assert set(first) == {"patches", "au_embeddings", "motion_map"}
        for name in first:
            np.testing.assert_array_equal(first[name], second[name])


def test_maps_stay_with_their_clips_and_are_mirrored_along():
    table = make_table(clips=53, map_size=5)
    turned = mirror(tf.constant(table.patches)).numpy()
    turned_maps = mirror_map(tf.constant(table.motion_map)).numpy()
    pairs = {
        patch.tobytes(): motion_map
        for patches, maps in ((table.patches, table.motion_map), (turned, turned_maps))
        for patch, motion_map in zip(patches, maps, strict=True)
    }
    (epoch,) = epochs(table, 1, mirror=True, motion_map=True)
    for features, _, _ in epoch:
        clips = zip(features["patches"], features["motion_map"], strict=True)
        for patch, motion_map in clips:
            np.testing.assert_array_equal(motion_map, pairs[patch.tobytes()])


def test_inference_hands_on_maps_in_order_and_only_on_request():
    table = make_table(map_size=5)
    options = {"embeddings": None, "evidence": False, "batch_size": 4}
    batches = [*tfdata.inference(table, motion_map=True, **options)]
    maps = np.concatenate([batch["motion_map"] for batch in batches])
    np.testing.assert_array_equal(maps, table.motion_map)
    assert set(next(iter(tfdata.inference(table, **options)))) == {"patches"}
    assert set(epochs(table, 1, embeddings=None)[0][0][0]) == {"patches"}


def test_maps_are_not_made_up():
    with pytest.raises(InputError, match="without"):
        epochs(make_table(), 1, motion_map=True)
    with pytest.raises(InputError, match="without"):
        tfdata.inference(make_table(), embeddings=None, evidence=False, motion_map=True)
