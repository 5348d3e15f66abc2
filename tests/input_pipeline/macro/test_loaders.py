import collections

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.images import read_image
from input_pipeline.macro import catalogue
from input_pipeline.macro.expressions import EXPRESSIONS, class_names
from input_pipeline.macro.names import PhotoReading
from input_pipeline.macro.squares import open_photo
from tests.support import photo_folders

EIGHT = PhotoReading(expressions=8)
LAYOUTS = tuple(photo_folders.WRITERS)
OFFICIAL = {"raf-db", "ferplus", "affectnet", "affectnet-npy"}


def load(root, layout, reading=EIGHT):
    return catalogue.load(layout.removesuffix("-npy"), root, reading)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_face_comes_back_under_its_class_and_part(tmp_path, layout):
    content = photo_folders.write(tmp_path, layout)
    photo_folders.write_subjects(tmp_path, content)
    found = load(tmp_path, layout)
    assert found.class_names == (class_names(8) if layout != "raf-db" else EXPRESSIONS)
    assert found.subjects_known
    expected = collections.Counter()
    for face in photo_folders.faces():
        tested = face.subject == photo_folders.SUBJECTS
        split = ("test" if tested else "train") if layout in OFFICIAL else ""
        if layout == "raf-db" and face.expression == "contempt":
            continue
        if layout == "ferplus" and not tested and face.number % 5 == 0:
            split = "validation"
        who = f"s{face.subject:02d}"
        if layout == "ck-plus":
            who = f"S{face.subject:03d}"
            if face.expression == "neutral":
                continue
            expected[who, "neutral", split] += 1
        expected[who, face.expression, split] += 3 if layout == "ck-plus" else 1
    assert expected == collections.Counter(
        (photo.subject, found.class_names[photo.label], photo.split)
        for photo in found.photos
    )
    assert all(open_photo(photo).shape[2] == 3 for photo in found.photos)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_planted_label_trap_is_reported_and_nothing_else(tmp_path, layout):
    content = photo_folders.write(tmp_path, layout, traps=True)
    planted = {
        (one.clip, one.rule, one.row)
        for one in content.planted
        if one.finding == "skip"
    }
    assert len(planted) >= 1
    found = load(tmp_path, layout)
    assert {(skip.clip, skip.rule, skip.row) for skip in found.skipped} == planted


@pytest.mark.parametrize("layout", LAYOUTS)
def test_traps_take_nothing_away(tmp_path, layout):
    photo_folders.write(tmp_path / "clean", layout)
    photo_folders.write(tmp_path / "traps", layout, traps=True)
    clean, spoilt = (load(tmp_path / one, layout) for one in ("clean", "traps"))
    names = {photo.name for photo in clean.photos}
    assert names <= {photo.name for photo in spoilt.photos}


@pytest.mark.parametrize("layout", ["ferplus", "affectnet", "affectnet-npy", "ck-plus"])
def test_seven_classes_leave_contempt_out(tmp_path, layout):
    photo_folders.write(tmp_path, layout)
    found = load(tmp_path, layout, PhotoReading())
    assert found.class_names == EXPRESSIONS[:7]
    assert all(len(photo.target) == 7 for photo in found.photos)
    rules = {skip.rule for skip in found.skipped}
    assert rules == {"label outside the protocol"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_folder_that_is_none_is_refused(tmp_path, layout):
    with pytest.raises(InputError):
        load(tmp_path, layout)
    with pytest.raises(InputError, match="must be a folder"):
        load(tmp_path / "missing", layout)


def test_an_unknown_name_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"raf-db.*Received: 'rafdb'"):
        catalogue.load("rafdb", tmp_path)


def test_raf_db_without_usable_pictures_is_refused_with_the_rules(tmp_path):
    content = photo_folders.write(tmp_path, "raf-db")
    for path in (tmp_path / "basic/Image/aligned").iterdir():
        path.unlink()
    assert content.subjects
    with pytest.raises(InputError, match="left out: missing picture"):
        load(tmp_path, "raf-db")
    (tmp_path / "basic/Image/aligned").rmdir()
    with pytest.raises(InputError, match="Unpack the pictures"):
        load(tmp_path, "raf-db")


def test_raf_db_original_pictures_are_a_repair(tmp_path):
    photo_folders.write(tmp_path, "raf-db")
    aligned = tmp_path / "basic/Image/aligned"
    for path in aligned.iterdir():
        path.rename(path.with_name(path.name.replace("_aligned", "")))
    aligned.rename(aligned.with_name("original"))
    found = load(tmp_path, "raf-db")
    assert [one.rule for one in found.repairs] == ["pictures are not aligned"]


def test_raf_db_class_folders_read_the_same(tmp_path):
    photo_folders.write(tmp_path, "raf-db")
    before = load(tmp_path, "raf-db")
    for photo in before.photos:
        folder = tmp_path / "mirror" / photo.split / str(photo.label + 1)
        folder.mkdir(parents=True, exist_ok=True)
        photo.path.rename(folder / photo.path.name)
    after = load(tmp_path / "mirror", "raf-db")
    assert {(p.name, p.label, p.split) for p in after.photos} == {
        (p.name, p.label, p.split) for p in before.photos
    }


def test_raf_db_apvit_lists_read_the_same(tmp_path):
    photo_folders.write(tmp_path, "raf-db")
    before = load(tmp_path, "raf-db")
    labels = tmp_path / "basic/EmoLabel/list_patition_label.txt"
    lines = labels.read_text().splitlines()
    for part in ("train", "test"):
        of = [line for line in lines if line.startswith(part)]
        (labels.parent / f"{part}.txt").write_text("\n".join(of))
    labels.unlink()
    after = load(tmp_path, "raf-db")
    assert [(p.name, p.label) for p in sorted(after.photos, key=lambda p: p.name)] == [
        (p.name, p.label) for p in sorted(before.photos, key=lambda p: p.name)
    ]


def test_labels_that_disagree_leave_the_picture_out(tmp_path):
    photo_folders.write(tmp_path, "raf-db")
    labels = tmp_path / "basic/EmoLabel/list_patition_label.txt"
    first = labels.read_text().splitlines()[0]
    name, label = first.split()
    other = 1 + int(label) % 7
    labels.write_text(labels.read_text() + f"{name} {other}\n")
    found = load(tmp_path, "raf-db")
    skips = [(one.rule, one.row) for one in found.skipped]
    assert skips == [("labels disagree", 1), ("labels disagree", 36)]


def test_ferplus_pixels_are_the_pictures_of_the_folders(tmp_path):
    photo_folders.write(tmp_path, "ferplus")
    files = load(tmp_path, "ferplus")
    for folder in ("FER2013Train", "FER2013Valid", "FER2013Test"):
        (tmp_path / folder).rename(tmp_path / f"hidden {folder}")
    table = load(tmp_path, "ferplus")
    assert [photo.name for photo in table.photos] == [p.name for p in files.photos]
    first = open_photo(table.photos[3])
    hidden = tmp_path / f"hidden {files.photos[3].path.parent.name}"
    expected = read_image(hidden / files.photos[3].path.name)
    np.testing.assert_array_equal(first, expected)
    pixels = tmp_path / "fer2013.csv"
    lines = pixels.read_text().splitlines()
    broken = lines[1].replace(" ", " x", 1)
    pixels.write_text("\n".join([lines[0], broken, *lines[2:]]))
    assert [s.rule for s in load(tmp_path, "ferplus").skipped] == ["unreadable pixels"]
    pixels.write_text("\n".join(lines[:-1]))
    with pytest.raises(InputError, match="39 rows and 40"):
        load(tmp_path, "ferplus")
    pixels.write_text("emotion,Usage\n")
    with pytest.raises(InputError, match="column pixels"):
        load(tmp_path, "ferplus")
    pixels.unlink()
    with pytest.raises(InputError, match=r"or fer2013\.csv"):
        load(tmp_path, "ferplus")


def test_ferplus_folder_labels_read_the_same(tmp_path):
    photo_folders.write(tmp_path, "ferplus")
    before = load(tmp_path, "ferplus")
    table = tmp_path / "fer2013new.csv"
    _, *rows = [line.split(",") for line in table.read_text().splitlines()]
    folders = {
        "Training": "FER2013Train",
        "PublicTest": "FER2013Valid",
        "PrivateTest": "FER2013Test",
    }
    for usage, folder in folders.items():
        lines = [
            ",".join([name, '"(0, 0, 48, 48)"', *votes])
            for part, name, *votes in rows
            if part == usage
        ]
        (tmp_path / folder / "label.csv").write_text("\n".join(lines))
    table.unlink()
    after = load(tmp_path, "ferplus")
    assert {(p.name, p.target, p.split) for p in after.photos} == {
        (p.name, p.target, p.split) for p in before.photos
    }


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("NF", "Nobody", "must have the columns"),
        ("\nTraining", "\nLearning", "Received: 'Learning' in row 2"),
    ],
)
def test_a_ferplus_table_of_another_form_is_refused(tmp_path, old, new, error):
    photo_folders.write(tmp_path, "ferplus")
    table = tmp_path / "fer2013new.csv"
    table.write_text(table.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match=error):
        load(tmp_path, "ferplus")


def test_ferplus_votes_become_shares(tmp_path):
    photo_folders.write(tmp_path, "ferplus", only={"surprise", "anger"})
    reading = PhotoReading(expressions=8, votes="probability")
    found = load(tmp_path, "ferplus", reading)
    first = found.photos[0].target
    # Eight votes of ten are enough: the other two are not taken.
    assert first[EXPRESSIONS.index("surprise")] == 1
    table = tmp_path / "fer2013new.csv"
    table.write_text(table.read_text().replace(",0,0,8,0,0,0,2,", ",0,0,6,0,0,0,4,"))
    first = load(tmp_path, "ferplus", reading).photos[0].target
    assert first == pytest.approx([0.6, 0.4, 0, 0, 0, 0, 0, 0])


def test_affectnet_without_a_header_reads_the_same(tmp_path):
    photo_folders.write(tmp_path, "affectnet")
    before = load(tmp_path, "affectnet")
    for table in (tmp_path / "Manually_Annotated_file_lists").iterdir():
        lines = table.read_text().splitlines()
        table.write_text("\n".join(lines[1:]))
    after = load(tmp_path, "affectnet")
    assert [(p.name, p.target) for p in after.photos] == [
        (p.name, p.target) for p in before.photos
    ]


def test_the_box_of_a_face_is_cut_out(tmp_path):
    photo_folders.write(tmp_path, "affectnet")
    photo = load(tmp_path, "affectnet").photos[0]
    whole, part = read_image(photo.path), open_photo(photo)
    left, top, width, height = photo.box
    np.testing.assert_array_equal(part, whole[top : top + height, left : left + width])
    assert part.shape < whole.shape


def test_ck_plus_takes_as_many_last_frames_as_asked(tmp_path):
    photo_folders.write(tmp_path, "ck-plus")
    one = load(tmp_path, "ck-plus", PhotoReading(expressions=8, last_frames=1))
    assert {photo.name[-1] for photo in one.photos} == {"1", "5"}
    with pytest.raises(InputError, match="last_frames=0"):
        load(tmp_path, "ck-plus", PhotoReading(last_frames=0))


def test_class_folders_may_have_parts_and_any_names(tmp_path):
    photo_folders.write(tmp_path / "a", "class-folder", only={"anger", "fear"})
    for part, old, new in (
        ("train", "anger", "Angry"),
        ("val", "fear", "fear"),
    ):
        (tmp_path / "b" / part).mkdir(parents=True)
        (tmp_path / "a" / old).rename(tmp_path / "b" / part / new)
    found = load(tmp_path / "b", "class-folder")
    assert found.class_names == ("fear", "anger")
    assert {p.split for p in found.photos} == {"train", "validation"}
    (tmp_path / "b/val/fear").rename(tmp_path / "b/val/bored")
    assert load(tmp_path / "b", "class-folder").class_names == ("Angry", "bored")


def test_two_folders_of_one_class_are_refused(tmp_path):
    photo_folders.write(tmp_path, "class-folder", only={"anger", "fear"})
    (tmp_path / "fear").rename(tmp_path / "angry")
    with pytest.raises(InputError, match="each of another class"):
        load(tmp_path, "class-folder")


@pytest.mark.parametrize(
    ("text", "error"),
    [("file,subject\n", "must have the columns"), ("name,subject\na,\n", "row 2")],
)
def test_a_subjects_table_of_another_form_is_refused(tmp_path, text, error):
    photo_folders.write(tmp_path, "raf-db")
    (tmp_path / "subjects.csv").write_text(text)
    with pytest.raises(InputError, match=error):
        load(tmp_path, "raf-db")


def test_subjects_are_unknown_without_a_table(tmp_path):
    photo_folders.write(tmp_path, "raf-db")
    assert not load(tmp_path, "raf-db").subjects_known
