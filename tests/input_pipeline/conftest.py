import pytest

from input_pipeline.synthetic.casting import cast
from input_pipeline.synthetic.rendering import render_clips
from input_pipeline.synthetic.settings import (
    CameraSettings,
    MotionSettings,
    SyntheticSettings,
)

SMALL = SyntheticSettings(
    motion=MotionSettings(
        clips=(11, 11), rise_frames=(4, 4), fall_frames=(14, 14), margin_frames=(1, 1)
    ),
    camera=CameraSettings(width=240, height=180, face_width_px=(99.0, 111.0)),
)


@pytest.fixture(scope="session")
def rendered_clips(tmp_path_factory):
    """Three subjects' clips, small, rendered once for every native layout."""
    folder = tmp_path_factory.mktemp("rendered")
    actors = cast(3, 3, SMALL)
    return render_clips(folder / "clips", actors, 3, SMALL.camera)
