import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.video import numbered_frames, read_video, video_info, write_video


def frames(count, height=48, width=64):
    for number in range(count):
        frame = np.zeros((height, width, 3), np.uint8)
        frame[:, :, 0] = 20 * number
        yield frame


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / "v" / "a.mp4"
    assert write_video(path, frames(7), 25.0) == 7
    assert video_info(path).fps == 25
    assert video_info(path).frames == 7
    read = list(read_video(path))
    assert len(read) == 7
    for number, frame in enumerate(read):
        assert frame[..., 0].mean() == pytest.approx(20 * number, abs=6)
        assert frame[..., 2].mean() < 6
    assert [p.name for p in path.parent.iterdir()] == ["a.mp4"]


def test_a_failure_leaves_no_file(tmp_path):
    def breaking():
        yield from frames(2)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_video(tmp_path / "a.mp4", breaking(), 25.0)
    with pytest.raises(InputError, match="at least one frame"):
        write_video(tmp_path / "a.mp4", [], 25.0)
    with pytest.raises(InputError, match=r"\.mp4"):
        write_video(tmp_path / "a.avi", frames(1), 25.0)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_video_is_refused(tmp_path):
    (tmp_path / "a.mp4").write_text("text")
    for name in ("a.mp4", "none.mp4"):
        with pytest.raises(InputError, match=name):
            video_info(tmp_path / name)
        with pytest.raises(InputError, match=name):
            next(read_video(tmp_path / name))


def test_frames_are_in_the_order_of_their_numbers(tmp_path):
    for name in ("img10.jpg", "img9.jpg", "reg_img2.png", "notes.txt", "cover.jpg"):
        (tmp_path / name).touch()
    names = [path.name for path in numbered_frames(tmp_path)]
    assert names == ["reg_img2.png", "img9.jpg", "img10.jpg"]


def test_a_folder_without_frames_is_refused(tmp_path):
    with pytest.raises(InputError, match="numbered frames"):
        numbered_frames(tmp_path)
    with pytest.raises(InputError, match="folder of frames"):
        numbered_frames(tmp_path / "none")
