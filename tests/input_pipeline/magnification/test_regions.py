import dataclasses

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.magnification.regions import Box, patch_regions, whole_map
from input_pipeline.magnification.shape_map import ShapeMapper
from input_pipeline.magnification.shape_path import ShapeTraits
from input_pipeline.patches import sample_patches

TRAITS = ShapeTraits(identity_factor=0, origin=0, encoder_reach=5, manipulator_reach=3)
HEIGHT, WIDTH = 52, 46
PLACES = {
    "far from the borders": ((26, 26), (23, 23), (26, 26), (23, 23)),
    "inside": ((20, 27), (17, 29), (30, 34), (18, 29)),
    "at the top left": ((-4, 3), (0, 12), (12, 19), (2, 9)),
    "at the bottom right": ((40, 51), (20, 45), (47, 60), (31, 49)),
}


def landmarks(place, seed=3):
    """30 points (x, y), brows and mouth each in their range of rows and columns."""
    brow_y, brow_x, mouth_y, mouth_x = PLACES[place]
    rng = np.random.default_rng(seed)
    brow = np.stack([rng.uniform(*brow_x, 10), rng.uniform(*brow_y, 10)], 1)
    mouth = np.stack([rng.uniform(*mouth_x, 20), rng.uniform(*mouth_y, 20)], 1)
    return np.concatenate([brow, mouth])


def test_boxes_hold_the_patches_of_brows_and_of_mouth():
    points = np.array([[20.5, 11.0]] * 10 + [[30.0, 40.25]] * 20)
    brow, mouth = patch_regions(points, HEIGHT, WIDTH, TRAITS).regions
    assert brow.box == Box(top=8, bottom=16, left=17, right=25)
    assert mouth.box == Box(top=37, bottom=45, left=27, right=35)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("seed", range(11))
def test_patches_read_no_pixel_outside_the_boxes(place, seed):
    points = landmarks(place, seed)
    plan = patch_regions(points, HEIGHT, WIDTH, TRAITS)
    for region, part in zip(plan.regions, (points[:10], points[10:]), strict=True):
        maps = np.full((HEIGHT, WIDTH, 1), np.nan, np.float32)
        maps[region.box.within(plan.whole)] = 1
        # A pixel of weight 0 is read as well: NaN times 0 would show.
        assert (sample_patches(maps, part) == 1).all()


@pytest.mark.parametrize("place", PLACES)
def test_sides_are_rounded_and_stay_on_the_map(place):
    plan = patch_regions(landmarks(place), HEIGHT, WIDTH, TRAITS)
    for region in plan.regions:
        box = region.box
        assert (box.bottom - box.top) % 8 == 0
        assert (box.right - box.left) % 8 == 0
        for part in (box, region.shape, region.frame):
            assert 0 <= part.top < part.bottom <= HEIGHT
            assert 0 <= part.left < part.right <= WIDTH


def test_a_box_no_larger_than_the_map_is_asked_for():
    points = np.array([[0.0, 0.0], [45.0, 51.0]]).repeat(15, axis=0)
    points = points[[*range(0, 30, 2), *range(1, 30, 2)]]
    for region in patch_regions(points, HEIGHT, WIDTH, TRAITS).regions:
        assert region.box == Box(top=0, bottom=HEIGHT, left=0, right=WIDTH)


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        ((0, 0), True),
        ((-10, 0), False),
        ((1, 0), False),
        ((0, -5), False),
        ((0, 1), False),
    ],
)
def test_a_region_knows_whether_the_frame_goes_on_around_it(shift, expected):
    points = np.array([[20.0, 15.0]] * 30) + shift
    # Of 8 px, with 3 + 5 px around: 17 - 8 to 25 + 8 in x, 12 - 8 to 20 + 8 in y.
    (region, _) = patch_regions(points, 28, 33, TRAITS).regions
    assert region.inside == expected


def test_margins_are_the_reaches():
    region = patch_regions(landmarks("inside"), 97, 101, TRAITS).regions[0]
    for outer, inner, margin in (
        (region.shape, region.box, TRAITS.manipulator_reach),
        (region.frame, region.shape, TRAITS.encoder_reach),
    ):
        assert inner.top - outer.top == outer.bottom - inner.bottom == margin
        assert inner.left - outer.left == outer.right - inner.right == margin


def test_boxes_can_be_larger_than_patches_need():
    points = landmarks("inside")
    plain, wide = (
        patch_regions(points, 97, 101, TRAITS, margin).regions[0].box
        for margin in (0, 5)
    )
    assert wide == plain.grown(5, 97, 101) != plain


def test_a_map_is_assembled_from_its_boxes():
    points = np.array([[30.0, 12.0]] * 10 + [[40.0, 70.0]] * 20)
    plan = patch_regions(points, 97, 101, TRAITS)
    boxes = [region.box for region in plan.regions]
    parts = [
        np.full((box.bottom - box.top, box.right - box.left, 2), number, np.int16)
        for number, box in enumerate(boxes, start=1)
    ]
    maps = plan.assembled(parts)
    assert maps.shape == (97, 101, 2)
    assert maps.dtype == np.int16
    for number, box in enumerate(boxes, start=1):
        assert (maps[box.within(plan.whole)] == number).all()
    np.testing.assert_array_equal(plan.covered, maps[..., 0] > 0)
    assert not plan.covered.all()


@pytest.mark.parametrize("place", PLACES)
def test_a_region_equals_the_whole_frame(example, faces, place):
    mapper = ShapeMapper(example.model)
    onset, apex = faces
    whole = whole_map(HEIGHT, WIDTH)
    plan = patch_regions(landmarks(place), HEIGHT, WIDTH, mapper.traits)
    (expected,) = mapper.magnified(
        mapper.encode(onset, whole), mapper.encode(apex, whole), 2.5
    )
    parts = mapper.magnified(mapper.encode(onset, plan), mapper.encode(apex, plan), 2.5)
    # Both ways of encoding are met.
    assert plan.regions[0].inside == (place == "far from the borders")
    for part, region in zip(parts, plan.regions, strict=True):
        inside = expected[region.box.within(plan.whole)]
        np.testing.assert_allclose(part, inside, rtol=0, atol=1e-5)


def test_no_margin_is_larger_than_it_must_be(example, faces):
    mapper = ShapeMapper(example.model)
    onset, apex = faces
    whole = whole_map(HEIGHT, WIDTH)
    (expected,) = mapper.magnified(
        mapper.encode(onset, whole), mapper.encode(apex, whole), 2.5
    )
    points = landmarks("inside")
    for name in ("encoder_reach", "manipulator_reach"):
        less = {name: getattr(mapper.traits, name) - 1}
        traits = dataclasses.replace(mapper.traits, **less)
        plan = patch_regions(points, HEIGHT, WIDTH, traits)
        parts = mapper.magnified(
            mapper.encode(onset, plan), mapper.encode(apex, plan), 2.5
        )
        inside = expected[plan.regions[0].box.within(plan.whole)]
        assert not np.array_equal(parts[0], inside), name


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_landmarks_must_be_numbers(value):
    points = landmarks("inside")
    points[5, 1] = value
    with pytest.raises(InputError, match="finite"):
        patch_regions(points, HEIGHT, WIDTH, TRAITS)


def test_a_map_smaller_than_a_patch_is_refused():
    with pytest.raises(InputError, match="Received: 46x6"):
        patch_regions(landmarks("inside"), 6, WIDTH, TRAITS)
