import filecmp
import re

import cv2
import numpy as np
import openpyxl
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.datasets import casme2, samm
from input_pipeline.images import read_image
from input_pipeline.synthetic.native.writing import read_planted
from input_pipeline.synthetic.native_set import write_native
from input_pipeline.synthetic.settings import (
    CameraSettings,
    MotionSettings,
    SyntheticSettings,
)

SHEET = "CASME2-coding-20140508.xlsx"
CAMERA = CameraSettings(width=240, height=180, face_width_px=(99.0, 111.0))
TINY = SyntheticSettings(
    motion=MotionSettings(
        clips=(2, 3), rise_frames=(3, 5), fall_frames=(3, 5), margin_frames=(1, 2)
    ),
    camera=CAMERA,
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Two subjects; the second has an `others` clip."""
    out = tmp_path_factory.mktemp("synthetic") / "set"
    return write_native(out, subjects=2, seed=3, traps=False, settings=TINY)


@pytest.fixture(scope="module")
def rows(root):
    sheet = openpyxl.load_workbook(root / SHEET).worksheets[0]
    return list(sheet.iter_rows(values_only=True))


def files(root):
    return sorted(p.relative_to(root) for p in root.rglob("*") if p.is_file())


def test_the_sheet_has_the_real_columns(rows):
    assert rows[0] == (
        "Subject",
        "Filename",
        None,
        "OnsetFrame",
        "ApexFrame",
        "OffsetFrame",
        None,
        "Action Units",
        "Estimated Emotion",
    )
    assert {row[0] for row in rows[1:]} == {1, 2}
    assert all(row[2] is None and row[6] is None for row in rows)
    assert sum(row[8] == "others" for row in rows) == 1


def test_frames_are_named_by_their_number_in_the_sheet(root, rows):
    for subject, filename, _, onset, apex, offset, *_ in rows[1:]:
        folder = root / "CASME2_RAW_selected" / f"sub{subject:02d}" / filename
        names = {path.name for path in folder.iterdir()}
        numbers = sorted(int(re.fullmatch(r"img(\d+)\.jpg", n)[1]) for n in names)
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        assert 1 < numbers[0] < onset < offset < numbers[-1]
        assert f"img{onset}.jpg" in names
        assert onset < apex < offset
        assert read_image(folder / f"img{onset}.jpg").shape == (180, 240, 3)


def test_the_loader_reads_it_and_skips_what_it_should(root, rows):
    manifest = casme2.load(root)
    assert len(manifest.samples) + len(manifest.skipped) == len(rows) - 1
    (skip,) = manifest.skipped
    assert skip.rule == "label outside the protocol"
    assert manifest.repairs == ()


def test_the_truth_is_that_of_the_sheet(root, rows):
    with np.load(root / "ground_truth.npz") as truth:
        assert truth["filename"].tolist() == [row[1] for row in rows[1:]]
        assert truth["onset"].tolist() == [row[3] for row in rows[1:]]
        assert truth["action_units"].tolist() == [str(row[7]) for row in rows[1:]]
        clips = len(rows) - 1
        for name in ("motion_px", "mesh_onset", "mesh_apex"):
            assert truth[name].shape == (clips, 468, 2)
        length = np.linalg.norm(truth["motion_px"], axis=2)
        np.testing.assert_allclose(truth["motion_peak_px"], length.max(axis=1))
        np.testing.assert_allclose(truth["motion_mean_px"], length.mean(axis=1))
        units, peaks, sides = (
            truth[name] for name in ("units", "unit_peak_px", "unit_side")
        )
        assert peaks.shape == sides.shape == (clips, len(units))
        for text, peak, side in zip(truth["action_units"], peaks, sides, strict=True):
            there = peak > 0
            named = {f"{s}{u}" for s, u in zip(side[there], units[there], strict=True)}
            assert named == set(text.split("+"))


def test_the_contact_sheet_is_a_picture(root):
    picture = cv2.imread(str(root / "contact_sheet.png"))
    assert picture.shape[1] == 4 * 216
    assert picture.shape[0] > 264


def test_the_same_seed_gives_the_same_bytes(root, tmp_path):
    again = write_native(
        tmp_path / "again", subjects=2, seed=3, traps=False, settings=TINY
    )
    names = files(root)
    assert files(again) == names
    _, different, missing = filecmp.cmpfiles(root, again, names, shallow=False)
    assert (different, missing) == ([], [])


def test_a_subject_does_not_depend_on_the_others(root, tmp_path):
    calls = []
    alone = write_native(
        tmp_path / "alone",
        subjects=1,
        seed=3,
        traps=False,
        settings=TINY,
        progress=lambda done, total: calls.append((done, total)),
    )
    names = [name for name in files(root) if "sub01" in name.parts]
    assert [name for name in files(alone) if name.suffix == ".jpg"] == names
    _, different, missing = filecmp.cmpfiles(root, alone, names, shallow=False)
    assert (different, missing) == ([], [])
    clips = len({name.parent for name in names})
    assert calls == [(done, clips) for done in range(1, clips + 1)]


def test_another_seed_gives_another_set(root, tmp_path):
    other = write_native(tmp_path / "other", subjects=1, seed=4, settings=TINY)
    sheets = [openpyxl.load_workbook(r / SHEET).worksheets[0] for r in (root, other)]
    first, second = (list(s.iter_rows(values_only=True))[1] for s in sheets)
    assert first != second


def test_an_existing_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"exists.*Choose another folder"):
        write_native(tmp_path)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"subjects": 0}, "`subjects` must be at least 1"), ({"seed": -1}, "`seed`")],
)
def test_wrong_numbers_are_refused(tmp_path, wrong, message):
    with pytest.raises(InputError, match=message):
        write_native(tmp_path / "set", **wrong)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_set_is_not_there(tmp_path):
    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_native(tmp_path / "set", subjects=1, settings=TINY, progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_set_with_traps_says_what_is_wrong_with_it(tmp_path):
    clips = MotionSettings(
        clips=(7, 7), rise_frames=(2, 2), fall_frames=(4, 4), margin_frames=(1, 1)
    )
    settings = SyntheticSettings(motion=clips, camera=CAMERA)
    root = write_native(tmp_path / "set", "samm", subjects=1, settings=settings)
    planted = read_planted(root)
    assert planted
    assert {one.row for one in planted} <= set(range(15, 23))
    manifest = samm.load(root)
    assert len(manifest.skipped) == sum(one.finding == "skip" for one in planted)
    kinds = {path.name for path in root.iterdir()}
    assert kinds == {
        "SAMM",
        "SAMM_Micro_FACS_Codes_v2.xlsx",
        "traps.csv",
        "ground_truth.npz",
        "contact_sheet.png",
    }
    # A frame is a file of its own: changing one never changes another.
    assert all(path.stat().st_nlink == 1 for path in root.rglob("*.jpg"))


def test_a_set_without_cropped_frames_is_refused_and_not_there(tmp_path):
    with pytest.raises(InputError, match="mmew has no cropped frames"):
        write_native(
            tmp_path / "set", "mmew", subjects=1, kind="cropped", settings=TINY
        )
    assert list(tmp_path.iterdir()) == []
