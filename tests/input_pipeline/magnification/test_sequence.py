import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.magnification.network import build_magnet
from input_pipeline.magnification.sequence import magnify_sequence
from tests.support.magnet_reference import with_lively_weights


@pytest.fixture(scope="module", params=["official", "public"])
def magnet(request):
    return with_lively_weights(build_magnet(request.param, width=3, decoder_blocks=1))


def frames(count=7, height=21, width=18, seed=5):
    random = np.random.default_rng(seed)
    return [random.integers(0, 255, (height, width, 3), np.uint8) for _ in range(count)]


def difference(one, other):
    pairs = zip(one, other, strict=True)
    return max(np.abs(a.astype(int) - b.astype(int)).max() for a, b in pairs)


def test_every_frame_comes_back_in_its_size(magnet):
    result = list(magnify_sequence(frames(), magnet, 2.0))
    assert [frame.shape for frame in result] == [(21, 18, 3)] * 7
    assert result[0].dtype == np.uint8


def test_factor_one_renders_each_frame_for_itself(magnet):
    clip = frames()
    together = list(magnify_sequence(clip, magnet, 1.0))
    alone = [next(magnify_sequence([frame], magnet, 1.0)) for frame in clip]
    assert difference(together, alone) <= 1


def test_motion_is_counted_from_the_first_frame(magnet):
    clip = frames()
    magnified = list(magnify_sequence(clip, magnet, 20.0))
    plain = list(magnify_sequence(clip, magnet, 1.0))
    assert difference(magnified[:1], plain[:1]) <= 1
    assert difference(magnified[1:], plain[1:]) > 20


def test_a_band_leaves_what_does_not_change_alone(magnet):
    still = frames(1) * 9
    band = {"band": (5.0, 15.0), "fps": 100.0}
    magnified = list(magnify_sequence(still, magnet, 20.0, **band))
    plain = list(magnify_sequence(still, magnet, 1.0))
    assert difference(magnified, plain) <= 1


def test_a_band_passes_its_frequencies_and_no_other(magnet):
    one, other = frames(2)
    options = {"band": (20.0, 30.0), "fps": 100.0}

    def change(period):
        clip = [one if (n // period) % 2 else other for n in range(40)]
        magnified = magnify_sequence(clip, magnet, 20.0, **options)
        plain = magnify_sequence(clip, magnet, 1.0)
        pairs = list(zip(magnified, plain, strict=True))[24:]
        return np.mean([np.abs(a.astype(float) - b).mean() for a, b in pairs])

    # Two frames up, two down are 25 Hz; forty frames are 1.25 Hz.
    assert change(2) > 3 * change(40)


@pytest.mark.parametrize("band", [(0, 5), (5, 5), (9, 5), (5, 50)])
def test_a_wrong_band_is_refused(magnet, band):
    with pytest.raises(InputError, match="0 < low < high"):
        next(magnify_sequence(frames(), magnet, 2.0, band=band, fps=100.0))


def test_wrong_frames_and_factors_are_refused(magnet):
    with pytest.raises(InputError, match="factor"):
        next(magnify_sequence(frames(), magnet, float("nan")))
    clip = [*frames(1), *frames(1, height=22)]
    with pytest.raises(InputError, match="18x22"):
        list(magnify_sequence(clip, magnet, 2.0))
