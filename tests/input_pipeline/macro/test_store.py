import json

import cv2
import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.findings import read_repairs, read_skips
from input_pipeline.macro.photos import PhotoSet
from input_pipeline.macro.squares import NO_FACE
from input_pipeline.macro.store import read_store
from input_pipeline.macro.store_writing import write_store


def write(path, photos, **said):
    settings = {"side": 29, "alignment": "none", "source": {}, **said}
    return write_store(path, photos, **settings)


def only(photo_set, *names):
    chosen = tuple(photo for photo in photo_set.photos if photo.name in names)
    return PhotoSet(
        photos=chosen, skipped=(), repairs=(), class_names=photo_set.class_names
    )


def test_every_usable_picture_has_its_row(photo_set, table):
    found, content = photo_set
    spoilt = {one.clip for one in content.planted if one.finding == "check"}
    usable = [photo for photo in found.photos if photo.name not in spoilt]
    assert len(spoilt) == 5
    assert table.clip.tolist() == [photo.name for photo in usable]
    assert table.split.tolist() == [photo.split for photo in usable]
    assert table.subject.tolist() == [photo.subject for photo in usable]
    assert table.label.tolist() == [photo.label for photo in usable]
    assert table.images.shape == (len(usable), 29, 29, 3)
    assert table.class_names == found.class_names
    assert table.header["subjects_known"]


def test_what_is_spoilt_is_listed_under_its_rule(photo_set, store):
    expected = {
        (one.clip, one.rule)
        for one in photo_set[1].planted
        if one.finding in ("skip", "check")
    }
    assert {(skip.clip, skip.rule) for skip in read_skips(store)} == expected


def test_grey_cmyk_and_alpha_are_pictures_like_any_other(photo_set, table):
    odd = {one.trap: one.clip for one in photo_set[1].planted if one.finding == "none"}
    assert set(odd) == {"grey", "CMYK", "alpha"}
    of = {trap: table.images[table.clip == name][0] for trap, name in odd.items()}
    # All three show the first face.
    plain = np.asarray(table.images[0], float)
    assert np.abs(of["alpha"] - plain).mean() < 3
    assert np.abs(of["CMYK"] - plain).mean() < 8
    assert np.abs(of["grey"].mean(axis=2) - plain.mean(axis=2)).mean() < 8
    assert (np.ptp(of["grey"].astype(int), axis=2) <= 2).all()


def test_the_same_pictures_give_the_same_key(photo_set, tmp_path):
    found = photo_set[0]
    names = [photo.name for photo in found.photos[:5]]
    first = write(tmp_path / "a", only(found, *names))
    again = write(tmp_path / "b", only(found, *names))
    assert first == again
    less = write(tmp_path / "c", only(found, *names[:4]))
    assert less["key"] != first["key"]
    larger = write(tmp_path / "d", only(found, *names), side=31)
    assert larger["key"] != first["key"]


def test_a_picture_without_a_face_is_recorded(photo_set, tmp_path):
    found = photo_set[0]
    names = [photo.name for photo in found.photos[:2]]
    photos = only(found, *names)
    path = photos.photos[1].path
    before = path.read_bytes()
    grass = np.random.default_rng(5).integers(0, 255, (61, 61, 3), np.uint8)
    cv2.imwrite(str(path), grass)
    try:
        write(tmp_path / "a", photos, alignment="face")
    finally:
        path.write_bytes(before)
    repairs = read_repairs(tmp_path / "a")
    assert [(one.clip, one.rule) for one in repairs] == [(names[1], NO_FACE)]
    assert len(read_store(tmp_path / "a")) == 2


def test_a_store_that_exists_or_is_too_small_is_refused(photo_set, tmp_path):
    with pytest.raises(InputError, match="exists already"):
        write(tmp_path, photo_set[0])
    with pytest.raises(InputError, match="side=15"):
        write(tmp_path / "a", photo_set[0], side=15)


def test_a_store_of_nothing_is_refused_and_leaves_nothing(photo_set, tmp_path):
    found, content = photo_set
    spoilt = [one.clip for one in content.planted if one.trap == "no byte"]
    with pytest.raises(InputError, match="none of 1; the first: unreadable image"):
        write(tmp_path / "a", only(found, *spoilt))
    assert not list(tmp_path.iterdir())


def test_what_is_no_store_is_refused(photo_set, tmp_path):
    with pytest.raises(InputError, match="Prepare it again"):
        read_store(tmp_path)
    write(tmp_path / "a", only(photo_set[0], photo_set[0].photos[0].name))
    header = tmp_path / "a" / "header.json"
    header.write_text(json.dumps({**json.loads(header.read_text()), "format": 0}))
    with pytest.raises(InputError, match="format 0, not 1"):
        read_store(tmp_path / "a")
