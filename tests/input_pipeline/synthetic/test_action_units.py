import numpy as np
import pytest

from fgrmer_tf.spec import AU_NODES
from input_pipeline.synthetic.action_units import (
    PULLS,
    ActionUnit,
    parse,
    unit_field,
)
from input_pipeline.synthetic.fields import carry
from input_pipeline.synthetic.prototypes import PROTOTYPES

# What FACS says moves, at the person's right (left in the image): out is to the left.
OUT, IN, UP, DOWN = (-1, 0), (1, 0), (0, -1), (0, 1)
SEEN = [
    (1, 107, [UP]),
    (2, 70, [UP]),
    (4, 107, [DOWN, IN]),
    (5, 159, [UP]),
    (6, 50, [UP]),
    (7, 145, [UP]),
    (9, 98, [UP]),
    (10, 39, [UP]),
    (12, 61, [UP, OUT]),
    (14, 61, [OUT]),
    (15, 61, [DOWN]),
    (17, 152, [UP]),
    (25, 17, [DOWN]),
]
LEFT_OF = {61: 291, 70: 300, 107: 336, 39: 269}


@pytest.fixture(scope="module")
def rest(actors):
    return actors[0].portrait.mesh


@pytest.mark.parametrize(("number", "point", "directions"), SEEN)
def test_a_unit_moves_its_landmark_as_facs_says(rest, number, point, directions):
    motion = carry(rest, unit_field(ActionUnit(number), rest).at) - rest
    for direction in directions:
        assert motion[point] @ direction > 0.25


def test_every_unit_is_checked_above():
    assert {row[0] for row in SEEN} == set(PULLS)
    assert set(AU_NODES) <= set(PULLS)


@pytest.mark.parametrize("number", PULLS)
def test_a_unit_moves_the_mesh_by_one_pixel_and_not_far_away(rest, number):
    length = np.linalg.norm(unit_field(ActionUnit(number), rest).at(rest), axis=1)
    assert length.max() == pytest.approx(1)
    brow, chin = length[[107, 336, 70, 300]].max(), length[152]
    assert min(brow, chin) < 0.02


@pytest.mark.parametrize("point", LEFT_OF)
def test_a_one_sided_unit_stays_on_its_side(rest, point):
    number = next(n for n, p, _ in SEEN if p == point)
    for side, moves, rests in (
        ("R", point, LEFT_OF[point]),
        ("L", LEFT_OF[point], point),
    ):
        motion = unit_field(ActionUnit(number, side), rest).at(rest)
        length = np.linalg.norm(motion, axis=1)
        assert length[moves] > 0.4
        assert length[rests] < 0.1


def test_both_sides_are_mirror_images(rest):
    motion = unit_field(ActionUnit(12), rest, right=1.0, left=1.0).at(rest)
    np.testing.assert_allclose(motion[61] * [-1, 1], motion[291], atol=0.1)


def test_strings_of_the_coding_sheet():
    assert parse("R12+15") == (ActionUnit(12, "R"), ActionUnit(15))
    assert parse("L14") == (ActionUnit(14, "L"),)
    assert [str(unit) for unit in parse("R12+15+L1")] == ["R12", "15", "L1"]


def test_every_prototype_can_be_shown():
    for texts in PROTOTYPES.values():
        for text in texts:
            assert {unit.number for unit in parse(text)} <= set(PULLS)
