import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from fgrmer_tf.transfer_config import AugmentConfig
from input_pipeline.macro.augmentation import Augmentation
from input_pipeline.macro.rand_augment import RandAugment

SIDE = 37
NOTHING = AugmentConfig(
    crop_area=(1.0, 1.0),
    crop_aspect=(1.0, 1.0),
    flip=False,
    operations=0,
    erase_rate=0.0,
)
HALF = RandAugment(1, 0.5)
IMAGES = np.random.default_rng(3).integers(0, 255, (61, SIDE, SIDE, 3), np.uint8)
RAMP = np.broadcast_to(np.linspace(0, 250, SIDE)[:, None], (SIDE, SIDE, 3)[:2]).astype(
    np.uint8
)[None, ..., None] * np.ones(3, np.uint8)


def change(images, number=7, **said):
    config = dataclasses.replace(NOTHING, **said)
    augmentation = Augmentation(config, SIDE)
    key = tf.constant([5, number], tf.int64)
    return tf.function(augmentation)(tf.constant(images), key).numpy()


def test_nothing_is_changed_when_nothing_is_asked_for():
    np.testing.assert_allclose(change(IMAGES), IMAGES, atol=1e-3)


@pytest.mark.parametrize(
    "said",
    [
        {"crop_area": (0.3, 1.0)},
        {"flip": True},
        {"operations": 2},
        {"erase_rate": 0.5},
    ],
)
def test_the_key_decides(said):
    few = IMAGES[:5]
    first, again, other = (change(few, n, **said) for n in (7, 7, 8))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert first.min() >= 0
    assert first.max() <= 255


def test_half_of_the_pictures_are_mirrored():
    changed = change(IMAGES, flip=True)
    mirrored = np.abs(changed - IMAGES[:, :, ::-1]).max(axis=(1, 2, 3)) < 0.01
    same = np.abs(changed - IMAGES).max(axis=(1, 2, 3)) < 0.01
    assert (mirrored ^ same).all()
    # A fair coin shows heads 16 to 45 of 61 times but once in 5,000 times.
    assert 16 <= mirrored.sum() <= 45


@pytest.mark.parametrize("area", [0.25, 0.64])
def test_a_crop_has_the_area_asked_for(area):
    ramp = np.repeat(RAMP, 61, axis=0)
    changed = change(ramp, crop_area=(area, area))
    height = np.ptp(changed[:, :, 0, 0], axis=1) / 250
    assert np.ptp(height) < 0.02
    assert height.mean() == pytest.approx(np.sqrt(area), abs=0.02)
    assert np.ptp(changed[:, 0, 0, 0]) > 30


def test_a_crop_has_the_aspect_asked_for():
    ramp = np.repeat(RAMP, 5, axis=0)
    tall = change(ramp, crop_area=(0.25, 0.25), crop_aspect=(0.25, 0.25))
    np.testing.assert_allclose(np.ptp(tall[:, :, 0, 0], axis=1), 250, atol=3)


def test_rectangles_of_the_area_asked_for_are_erased():
    changed = change(IMAGES, erase_rate=0.5, erase_area=(0.1, 0.2))
    differs = (np.abs(changed - IMAGES) > 0.01).any(axis=-1)
    hit = differs.any(axis=(1, 2))
    assert 16 <= hit.sum() <= 45
    rows, columns = differs.any(axis=2).sum(axis=1), differs.any(axis=1).sum(axis=1)
    share = (rows * columns)[hit] / SIDE**2
    assert share.min() > 0.07
    assert share.max() < 0.25


def test_every_operation_of_rand_augment_is_drawn_and_works_alone():
    smooth = np.indices((SIDE, SIDE)).sum(axis=0)[..., None] * np.array([3.0, 2.0, 1.0])
    images = tf.constant(np.repeat(smooth[None], 43, axis=0), tf.float32)
    key = tf.constant([5, 7], tf.int64)
    changed = tf.function(HALF)(images, key).numpy()
    distance = np.abs(changed - images).mean(axis=(1, 2, 3))
    assert (distance > 0).mean() > 0.9
    # No operation of a middling size turns a picture upside down.
    likeness = [
        np.corrcoef(one.ravel(), smooth.ravel())[0, 1]
        for one in changed
        if one.std() > 1
    ]
    assert np.median(likeness) > 0.9


@pytest.mark.parametrize("place", range(11))
def test_each_operation_changes_a_picture_and_leaves_it_one(place):
    layer = HALF._layers[place]
    layer.generator.state.assign(tf.constant([5, 7], tf.int64))
    image = np.broadcast_to(RAMP[0], (SIDE, SIDE, 3)).astype(np.float32) * 0.9
    image[..., 2] *= 0.5
    made = np.asarray(layer(image))
    assert made.shape == (SIDE, SIDE, 3)
    assert np.isfinite(made).all()
    assert (made != image).any(), layer.name
