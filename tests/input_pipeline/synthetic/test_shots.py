import itertools
from pathlib import Path
from types import SimpleNamespace

import pytest

from input_pipeline.synthetic.shots import shoot


def clip(first=40, onset=43, apex=60, offset=83, last=86):
    plan = SimpleNamespace(
        first=first, onset=onset, apex=apex, offset=offset, last=last
    )
    return SimpleNamespace(plan=plan, folder=Path())


def test_at_the_rendered_rate_numbers_are_those_of_the_plan():
    shot = shoot(clip(), 200.0, 40)
    assert (shot.onset, shot.apex, shot.offset) == (43, 60, 83)
    assert shot.frames == {n: n for n in range(40, 87)}


@pytest.mark.parametrize("fps", [25.0, 30.0, 60.0, 90.0, 100.0])
def test_at_another_rate_the_apex_is_kept_and_no_frame_comes_twice(fps):
    plan = clip().plan
    shot = shoot(clip(), fps, 7)
    assert min(shot.frames) == 7
    assert list(shot.frames) == list(range(7, shot.last + 1))
    assert shot.frames[shot.apex] == plan.apex
    assert shot.frames[shot.onset] <= plan.onset
    assert shot.frames[shot.offset] >= plan.offset
    assert 7 <= shot.onset < shot.apex < shot.offset <= shot.last
    shown = list(shot.frames.values())
    assert sorted(set(shown)) == shown
    assert all(plan.first <= frame <= plan.last for frame in shown)


def test_half_the_rate_takes_every_second_frame():
    shot = shoot(clip(onset=44, offset=80), 100.0, 1)
    assert shot.apex - shot.onset == 8
    assert shot.offset - shot.apex == 10
    steps = itertools.pairwise(shot.frames.values())
    assert {later - one for one, later in steps} == {2}
