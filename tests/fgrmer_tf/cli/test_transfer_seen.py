"""What a model was trained on: kept, read back, and met again."""

import numpy as np
import pytest

from fgrmer_tf.cli.transfer_seen import SEEN_FILE, Seen, SeenPicture
from fgrmer_tf.errors import InputError
from input_pipeline.macro.store import PhotoTable

ROWS = 11
CLASSES = ("a", "b", "c")


def table(known=True, seed=3, dataset="ck-plus"):
    images = np.random.default_rng(seed).integers(0, 255, (ROWS, 5, 5, 3), np.uint8)
    return PhotoTable(
        images=images,
        target=np.eye(len(CLASSES), dtype=np.float32)[np.arange(ROWS) % 3],
        dataset=np.full(ROWS, dataset),
        subject=np.array([f"s{row % 7}" for row in range(ROWS)]),
        clip=np.array([f"p{row}" for row in range(ROWS)]),
        split=np.full(ROWS, ""),
        class_names=CLASSES,
        header={"subjects_known": known},
    )


@pytest.fixture
def few_at_once(monkeypatch):
    monkeypatch.setattr("fgrmer_tf.cli.transfer_seen._READ", 2)


def test_what_is_kept_comes_back(tmp_path, few_at_once):
    seen = Seen.of(table(), np.array([7, 1, 3, 4, 10]))
    assert [(one.subject, one.label) for one in seen.pictures] == [
        *(("s0", "b"), ("s1", "b"), ("s3", "a"), ("s4", "b"), ("s3", "b"))
    ]
    assert len({one.content for one in seen.pictures}) == 5
    seen.keep(tmp_path)
    assert Seen.read(tmp_path) == seen
    header, first, *_ = (tmp_path / SEEN_FILE).read_text().splitlines()
    assert header == "dataset,subject,content,label"
    assert first == ",".join(seen.pictures[0])


def test_a_run_may_have_no_such_file(tmp_path):
    assert Seen.read(tmp_path) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"dataset,subject\n", b"a,b,c,d\n1,2,3,4\n", b"\xff\xfe\n", b"x,y\n1\n"],
)
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / SEEN_FILE).write_bytes(content)
    with pytest.raises(InputError, match=r"trained_on\.csv must be as"):
        Seen.read(tmp_path)


def test_people_and_pictures_are_met():
    trained = Seen.of(table(), np.arange(4))
    # Rows 7 and 8 show the people of rows 0 and 1 in other pictures.
    people, *rest = trained.met_in(Seen.of(table(), np.arange(4, 9)))
    assert people.startswith("2 people who are tested were trained on too: ck-plus/s0,")
    assert rest == []
    assert trained.met_in(Seen.of(table(), np.arange(4, 7))) == []
    _, pictures = trained.met_in(Seen.of(table(), np.arange(2, 5)))
    assert pictures == "2 tested pictures were trained on too, equal to the bit."


def test_pictures_are_met_by_person_or_by_content():
    trained, asked = (Seen.of(table(), np.arange(*part)) for part in ((4,), (2, 8)))
    # Rows 2 and 3 are the very pictures, row 7 shows who is in row 0.
    assert trained.again(asked) == {asked.pictures[place] for place in (0, 1, 5)}
    unknown = Seen.of(table(known=False), np.arange(2, 8))
    assert trained.again(unknown) == {*unknown.pictures[:2]}


def test_many_people_are_not_all_named():
    (people, _) = Seen.of(table(), np.arange(7)).met_in(Seen.of(table(), np.arange(7)))
    assert people.endswith("ck-plus/s4, and others.")


def test_a_subject_of_another_data_set_is_somebody_else():
    trained = Seen.of(table(), np.arange(ROWS))
    other = Seen.of(table(dataset="mine", seed=5), np.arange(ROWS))
    assert trained.met_in(other) == []
    # The same pictures under another name are met.
    again = Seen.of(table(dataset="mine"), np.arange(ROWS))
    assert trained.met_in(again) == [
        "11 tested pictures were trained on too, equal to the bit."
    ]


def test_nobody_is_met_where_nobody_is_known():
    unknown = Seen.of(table(known=False), np.arange(ROWS))
    assert {one.subject for one in unknown.pictures} == {""}
    assert unknown.people == set()
    other = Seen.of(table(known=False, seed=5), np.arange(ROWS))
    assert unknown.met_in(other) == []


def test_pictures_of_one_colour_are_like_no_other():
    blank = table(known=False)
    blank.images[2] = 90
    seen = Seen.of(blank, np.array([2]))
    assert seen.pictures == (SeenPicture("ck-plus", "", "", "c"),)
    assert seen.met_in(seen) == []


def test_classes_that_were_not_shown_are_named():
    (said,) = Seen.of(table(), np.array([0, 2, 3])).absent(CLASSES)
    assert said == "No training picture shows b: the model cannot have learnt it."
    assert Seen.of(table(), np.arange(3)).absent(CLASSES) == []
