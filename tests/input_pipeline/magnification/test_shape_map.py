import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.magnification.network import build_magnet
from input_pipeline.magnification.reduction import scaled
from input_pipeline.magnification.regions import patch_regions, whole_map
from input_pipeline.magnification.shape_export import to_litert
from input_pipeline.magnification.shape_map import ShapeMapper
from tests.support.magnet_reference import with_lively_weights

WHOLE = whole_map(52, 46)


def face(height, width, seed=3):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def plan_for(image):
    height, width = (max(8, -(-side // 4) * 4) // 2 for side in image.shape[:2])
    return whole_map(height, width)


def shape_map(mapper, onset, apex, factor, plan=None, reduction="mean"):
    plan = plan or plan_for(onset)
    return mapper.shape_map(
        mapper.encode(onset, plan), mapper.encode(apex, plan), factor, reduction
    )


@pytest.fixture
def mapper(example):
    return ShapeMapper(example.model)


def test_the_published_map_is_the_mean_of_scaled_channels(mapper, faces):
    onset, apex = (mapper.encode(image, WHOLE) for image in faces)
    (magnified,) = mapper.magnified(onset, apex, 2.5)
    low, high = magnified.min(axis=(0, 1)), magnified.max(axis=(0, 1))
    expected = ((magnified - low) / (high - low)).mean(axis=-1, keepdims=True)
    computed = mapper.shape_map(onset, apex, 2.5)
    assert computed.shape == (52, 46, 1)
    assert computed.dtype == np.float32
    np.testing.assert_allclose(computed, expected, atol=1e-6)


def test_a_projection_keeps_eight_means(faces):
    wide = build_magnet("public", width=5, decoder_blocks=1)
    mapper = ShapeMapper(to_litert(with_lively_weights(wide)))
    computed = shape_map(mapper, *faces, 2.5, reduction="projection")
    assert computed.shape == (52, 46, 8)
    (parts,) = scaled(
        mapper.magnified(*(mapper.encode(image, WHOLE) for image in faces), 2.5)
    )
    # Ten channels: two pairs, then six alone.
    expected = [parts[..., :2].mean(-1), parts[..., 2:4].mean(-1)]
    expected += [parts[..., channel] for channel in range(4, 10)]
    np.testing.assert_allclose(computed, np.stack(expected, axis=-1), atol=1e-6)


def test_with_regions_the_map_is_that_of_the_whole_scaled_there(mapper, faces):
    rng = np.random.default_rng(3)
    points = np.stack([rng.uniform(10, 34, 30), rng.uniform(9, 21, 30)], axis=1)
    points[10:, 1] += 20
    plan = patch_regions(points, 52, 46, mapper.traits)
    (whole,) = mapper.magnified(*(mapper.encode(image, WHOLE) for image in faces), 2.5)
    boxes = [region.box.within(plan.whole) for region in plan.regions]
    parts = scaled([whole[box] for box in boxes])
    computed = shape_map(mapper, *faces, 2.5, plan)
    outside = np.ones((52, 46), bool)
    for box, part in zip(boxes, parts, strict=True):
        expected = part.mean(-1, keepdims=True)
        np.testing.assert_allclose(computed[box], expected, atol=1e-5)
        outside[box] = False
    np.testing.assert_array_equal(computed[outside], 0)


def test_a_face_is_encoded_once_for_many_pairs(mapper, faces):
    onset, apex = (mapper.encode(image, WHOLE) for image in faces)
    first = mapper.shape_map(onset, apex, 2.5)
    mapper.shape_map(apex, onset, 4.0)
    np.testing.assert_array_equal(mapper.shape_map(onset, apex, 2.5), first)


def test_the_factor_of_identity_gives_the_shape_of_the_apex(mapper, faces):
    onset, apex = (mapper.encode(image, WHOLE) for image in faces)
    (magnified,) = mapper.magnified(onset, apex, mapper.traits.identity_factor)
    np.testing.assert_array_equal(magnified, apex.shapes[0])


@pytest.mark.parametrize("factor", [0, -3, 1e6])
def test_any_finite_factor_gives_a_map(mapper, faces, factor):
    computed = shape_map(mapper, *faces, factor)
    assert np.isfinite(computed).all()
    assert computed.min() >= 0
    assert computed.max() <= 1


@pytest.mark.parametrize("factor", [np.nan, np.inf])
def test_other_factors_are_refused(mapper, faces, factor):
    with pytest.raises(InputError, match="factor"):
        shape_map(mapper, *faces, factor)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 23), (31, 25)])
def test_any_size_gives_a_map(mapper, height, width):
    onset, apex = face(height, width), face(height, width, seed=4)
    computed = shape_map(mapper, onset, apex, 2.5)
    plan = plan_for(onset)
    assert computed.shape == (plan.height, plan.width, 1)
    assert np.isfinite(computed).all()


@pytest.mark.parametrize("level", [0, 131, 255])
def test_constant_faces_give_a_finite_map(example, mapper, level):
    still = np.full((28, 44, 3), level, np.uint8)
    computed = shape_map(mapper, still, still, 2.5)
    assert np.isfinite(computed).all()
    if example.form == "public":
        # The official form sees zeros beyond the far border; this one sees nothing.
        np.testing.assert_array_equal(computed, 0)


def test_onset_and_apex_must_have_one_size(mapper):
    onset, apex = face(28, 44), face(44, 28)
    a = mapper.encode(onset, plan_for(onset))
    b = mapper.encode(apex, plan_for(apex))
    with pytest.raises(InputError, match="22x14 and 14x22"):
        mapper.magnified(a, b, 2.5)


def test_a_plan_for_another_size_is_refused(mapper):
    with pytest.raises(InputError, match="44x28 px has a map of 22x14"):
        mapper.encode(face(28, 44), WHOLE)


def test_what_is_no_frame_is_refused(mapper):
    with pytest.raises(InputError, match="uint8 RGB"):
        mapper.encode(np.full((104, 92, 3), np.nan, np.float32), WHOLE)


def test_an_unknown_reduction_is_refused(mapper, faces):
    with pytest.raises(InputError, match="Received: 'median'"):
        shape_map(mapper, *faces, 2.5, reduction="median")


def test_what_is_no_shape_path_is_refused():
    with pytest.raises(InputError, match="LiteRT file"):
        ShapeMapper(b"nothing")
