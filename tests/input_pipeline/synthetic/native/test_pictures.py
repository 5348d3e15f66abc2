import cv2
import numpy as np
import pytest

from input_pipeline.images import read_image
from input_pipeline.synthetic.fields import face_width
from input_pipeline.synthetic.native.pictures import AS_RENDERED, Picture


@pytest.fixture(scope="module")
def clip(rendered_clips):
    return rendered_clips[0]


def put(picture, clip, path):
    frame = clip.plan.apex
    picture.put(clip, frame, path)
    return clip.image(frame)


def test_a_frame_as_rendered_is_the_same_file(clip, tmp_path):
    put(AS_RENDERED, clip, tmp_path / "f.jpg")
    assert (tmp_path / "f.jpg").samefile(clip.file(clip.plan.apex))


def test_without_links_it_is_a_copy(clip, tmp_path, monkeypatch):
    def refuse(source, target):
        raise OSError("no links here")

    monkeypatch.setattr("os.link", refuse)
    put(AS_RENDERED, clip, tmp_path / "f.jpg")
    source = clip.file(clip.plan.apex)
    assert not (tmp_path / "f.jpg").samefile(source)
    assert (tmp_path / "f.jpg").read_bytes() == source.read_bytes()


def test_a_grey_frame_has_one_channel(clip, tmp_path):
    image = put(Picture(grey=True), clip, tmp_path / "f.jpg")
    stored = cv2.imread(str(tmp_path / "f.jpg"), cv2.IMREAD_UNCHANGED)
    assert stored.shape == image.shape[:2]
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(int)
    assert np.abs(stored - grey).mean() < 2


def test_a_cropped_frame_is_cut_round_the_face(clip, tmp_path):
    picture = Picture(suffix=".bmp", cropped=True)
    image = put(picture, clip, tmp_path / "f.bmp")
    stored = read_image(tmp_path / "f.bmp")
    mesh = clip.truth.mesh_onset
    height, width = stored.shape[:2]
    assert width == pytest.approx(face_width(mesh), abs=1.5)
    assert height == pytest.approx(1.2 * face_width(mesh), abs=1.5)
    x, y = (mesh.mean(axis=0) - [width / 2, height / 2]).round().astype(int)
    part = image[y - 1 : y + height + 1, x - 1 : x + width + 1]
    match = cv2.matchTemplate(part, stored, cv2.TM_SQDIFF)
    assert match.min() == 0


def test_all_frames_of_a_clip_are_cut_alike(clip, tmp_path):
    sizes = set()
    for frame in (clip.plan.onset, clip.plan.apex):
        Picture(cropped=True).put(clip, frame, tmp_path / f"{frame}.jpg")
        sizes.add(read_image(tmp_path / f"{frame}.jpg").shape)
    assert len(sizes) == 1
