import numpy as np
import pytest

from input_pipeline.synthetic.contact_sheet import contact_sheet
from input_pipeline.synthetic.render import ClipRenderer
from input_pipeline.synthetic.settings import CameraSettings

TILE_HEIGHT, LABEL_HEIGHT, TILE_WIDTH = 264, 22, 216


@pytest.fixture(scope="module")
def sheet_of(actors):
    actor = actors[0]
    renderers = {
        plan.filename: ClipRenderer(actor.portrait, plan, CameraSettings())
        for plan in actor.plans
    }

    def draw(plans):
        truths = [renderers[plan.filename].truth() for plan in plans]
        return contact_sheet(
            plans, truths, lambda plan, f: renderers[plan.filename].frame(f)
        )

    return draw


def test_each_row_shows_other_action_units(actors, sheet_of):
    plans = actors[0].plans[:7]
    different = min(6, len({plan.action_units for plan in plans}))
    assert 1 < different < len(plans)
    height = LABEL_HEIGHT + different * (TILE_HEIGHT + LABEL_HEIGHT)
    assert sheet_of(plans).shape == (height, 4 * TILE_WIDTH, 3)


def test_the_difference_is_grey_but_where_skin_moved(actors, sheet_of):
    plan = max(actors[0].plans, key=lambda plan: plan.peak_px)
    tiles = sheet_of([plan])[-TILE_HEIGHT:]
    onset, apex, difference, arrows = np.split(tiles, 4, axis=1)
    assert (onset != apex).any()
    change = np.abs(difference.astype(int) - 128)
    assert np.median(change) < 20
    assert change.max() > 60
    # Arrows are green on a pale face.
    assert (arrows[..., 1].astype(int) - arrows[..., 0]).max() > 100
