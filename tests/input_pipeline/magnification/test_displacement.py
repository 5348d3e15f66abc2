import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.magnification.displacement import displacement, first_face
from input_pipeline.magnification.regions import patch_regions, whole_map
from input_pipeline.magnification.shape_map import ShapeMapper
from input_pipeline.magnification.shape_path import SHIPPED, read_model
from tests.support.faces import bulge, moved, portrait

WHOLE = whole_map(128, 128)
FACE = np.ascontiguousarray(portrait()[:256, 96:352])
INSIDE = np.zeros((128, 128), bool)
INSIDE[20:110, 30:100] = True


@pytest.fixture(scope="module")
def shipped():
    return ShapeMapper(read_model(SHIPPED))


def measured(mapper, first, later, factor=4.0, plan=None, inside=None):
    height, width = (max(8, -(-side // 4) * 4) // 2 for side in first.shape[:2])
    plan = plan or whole_map(height, width)
    inside = np.ones((height, width), bool) if inside is None else inside
    shift = mapper.traits.identity_factor - 1
    return displacement(
        mapper,
        first_face(mapper, first, plan),
        mapper.encode(later, plan),
        factor + shift,
        inside,
    )


@pytest.mark.parametrize("factor", [1.0, 4.0, 20.0])
@pytest.mark.parametrize("shift", [(0.3, 0.0), (0.0, -0.4)])
def test_a_sub_pixel_shift_is_measured_whatever_the_factor(shipped, factor, shift):
    later = moved(portrait(), *shift)[:256, 96:352]
    field = measured(shipped, FACE, later, factor, inside=INSIDE)
    assert field.shape == (128, 128, 2)
    assert field.dtype == np.float32
    np.testing.assert_allclose(np.median(field[INSIDE], axis=0), shift, atol=0.06)


def test_local_motion_shows_where_it_is(shipped):
    later = bulge(FACE, (120, 140), (0.2, -0.5), radius=20)
    field = measured(shipped, FACE, later, inside=INSIDE)
    length = np.linalg.norm(field, axis=-1)
    y, x = np.unravel_index(length.argmax(), length.shape)
    assert np.hypot(x - 60, y - 70) < 8
    assert field[70, 60] == pytest.approx((0.2, -0.5), abs=0.2)
    assert length[:20, 100:].max() < 0.1


@pytest.mark.parametrize("noise", [0, 4])
def test_magnified_motion_is_measured_more_evenly(shipped, noise):
    rng = np.random.default_rng(5)

    def recorded(face):
        noisy = face + rng.normal(0, noise, face.shape)
        return np.clip(np.round(noisy), 0, 255).astype(np.uint8)

    first = recorded(FACE)
    later = recorded(moved(portrait(), 0.2, 0.0)[:256, 96:352])
    plain, magnified = (
        measured(shipped, first, later, factor, inside=INSIDE)[INSIDE].std(axis=0)
        for factor in (1.0, 4.0)
    )
    assert (magnified < 0.8 * plain).all()


def test_equal_faces_have_not_moved(example, faces):
    field = measured(ShapeMapper(example.model), faces[0], faces[0])
    np.testing.assert_array_equal(field, 0)


def test_the_equations_are_those_of_least_squares(example, faces):
    mapper = ShapeMapper(example.model)
    plan = whole_map(52, 46)
    first, factor = first_face(mapper, faces[0], plan), 3.0
    later = mapper.encode(faces[1], plan)
    inside = np.zeros((52, 46), bool)
    inside[7:40, 11:30] = True
    field = displacement(mapper, first, later, factor, inside)
    response = first.responses[factor]
    (right,), (down,) = response.right, response.down
    (magnified,) = mapper.magnified(first.still, later, factor)
    change = magnified - first.still.shapes[0]
    y, x = np.mgrid[:52, :46] - np.array([23, 19])[:, None, None]
    window = np.exp(-(x**2 + y**2) / (2 * 4.0**2)) * ((abs(x) < 13) & (abs(y) < 13))
    shrinkage = 0.03 * (response.structure[inside][:, [0, 2]]).mean()
    # A row a channel and pixel, and one a component for the shrinkage.
    root = np.sqrt(window / window.sum())[..., None]
    rows = np.stack([(root * right).ravel(), (root * down).ravel()], axis=1)
    rows = np.concatenate([rows, np.sqrt(shrinkage) * np.eye(2)])
    target = np.append((root * change).ravel(), [0, 0])
    expected = np.linalg.lstsq(rows, target, rcond=None)[0]
    np.testing.assert_allclose(field[23, 19], expected, rtol=1e-3, atol=1e-6)


def test_the_response_is_measured_once_for_many_faces(example, faces, monkeypatch):
    mapper = ShapeMapper(example.model)
    plan = whole_map(52, 46)
    first, inside = first_face(mapper, faces[0], plan), np.ones((52, 46), bool)
    later = mapper.encode(faces[1], plan)
    once = displacement(mapper, first, later, 2.0, inside)
    calls = []
    plain = mapper.magnified
    monkeypatch.setattr(
        mapper, "magnified", lambda *args: calls.append(args) or plain(*args)
    )
    again = displacement(mapper, first, later, 2.0, inside)
    np.testing.assert_array_equal(once, again)
    assert len(calls) == 1


def test_only_the_boxes_of_a_plan_are_measured(shipped):
    rng = np.random.default_rng(3)
    points = np.stack([rng.uniform(40, 90, 30), rng.uniform(20, 30, 30)], axis=1)
    points[10:, 1] += 60
    plan = patch_regions(points, 128, 128, shipped.traits)
    later = moved(portrait(), 0.4, 0.0)[:256, 96:352]
    field = measured(shipped, FACE, later, plan=plan, inside=INSIDE)
    whole = measured(shipped, FACE, later, inside=INSIDE)
    assert not plan.covered.all()
    np.testing.assert_array_equal(field[~plan.covered], 0)
    shared = plan.covered & INSIDE
    np.testing.assert_allclose(
        np.median(field[shared], axis=0), np.median(whole[shared], axis=0), atol=0.1
    )


@pytest.mark.parametrize("factor", [0, -3, 1e6])
def test_any_finite_factor_gives_a_finite_field(example, faces, factor):
    assert np.isfinite(measured(ShapeMapper(example.model), *faces, factor)).all()


@pytest.mark.parametrize("factor", [np.nan, np.inf])
def test_other_factors_are_refused(example, faces, factor):
    with pytest.raises(InputError, match="factor"):
        measured(ShapeMapper(example.model), *faces, factor)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 23), (31, 25)])
def test_any_size_gives_a_finite_field(example, height, width):
    rng = np.random.default_rng(3)
    first, later = rng.integers(0, 256, (2, height, width, 3), np.uint8)
    assert np.isfinite(measured(ShapeMapper(example.model), first, later)).all()


@pytest.mark.parametrize("level", [0, 131, 255])
def test_constant_faces_give_a_finite_field(example, level):
    mapper = ShapeMapper(example.model)
    flat = np.full((28, 44, 3), level, np.uint8)
    assert np.isfinite(measured(mapper, flat, flat)).all()
    nowhere = np.zeros((14, 22), bool)
    assert np.isfinite(measured(mapper, flat, flat // 2, inside=nowhere)).all()


def test_faces_must_have_one_size_and_be_faces(example):
    mapper = ShapeMapper(example.model)
    first = np.zeros((28, 44, 3), np.uint8)
    with pytest.raises(InputError, match="44x28 px has a map of 22x14"):
        measured(mapper, first, first, plan=whole_map(52, 46))
    moved_face = first_face(mapper, first, whole_map(14, 22))
    other = mapper.encode(first.transpose(1, 0, 2), whole_map(22, 14))
    with pytest.raises(InputError, match="22x14 and 14x22"):
        displacement(mapper, moved_face, other, 2.0, np.ones((14, 22), bool))
    with pytest.raises(InputError, match="uint8 RGB"):
        first_face(mapper, np.full((28, 44, 3), np.nan), whole_map(14, 22))
