from typing import get_args

import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.datasets import catalogue
from input_pipeline.datasets.names import DatasetName
from input_pipeline.synthetic.native.layouts import LAYOUTS
from input_pipeline.synthetic.native.writing import write_layout
from tests.support.native_folder import touch


@pytest.fixture(scope="module")
def roots(tmp_path_factory, rendered_clips):
    """One folder with every layout in a folder of its own, few clips each."""
    base = tmp_path_factory.mktemp("all")
    for name, layout in LAYOUTS.items():
        (base / name).mkdir()
        write_layout(base / name, layout, rendered_clips[:3], traps=False)
    return base


def refusal(dataset, root):
    with pytest.raises(InputError) as caught:
        catalogue.load(dataset, root)
    return str(caught.value)


@pytest.mark.parametrize("dataset", get_args(DatasetName))
def test_every_name_loads_and_says_what_is_missing(tmp_path, dataset):
    with pytest.raises(InputError, match=f"root of {dataset} must hold"):
        catalogue.load(dataset, tmp_path)
    with pytest.raises(InputError, match=f"root of {dataset} must be a folder"):
        catalogue.load(dataset, tmp_path / "none")


def test_an_unknown_name_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"one of casme, .*Received: 'casme9'"):
        catalogue.load("casme9", tmp_path)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_wrong_name_for_a_root_is_told_the_right_one(roots, layout):
    dataset = LAYOUTS[layout].dataset
    other = "samm" if dataset != "samm" else "casme2"
    message = refusal(other, roots / layout)
    assert message.endswith(f"`{roots / layout}` looks like {dataset}.")


def test_a_folder_too_high_or_too_low_is_told_the_root(roots, tmp_path):
    for place in (roots, roots / "casme2" / "CASME2_RAW_selected"):
        assert f"`{roots / 'casme2'}` looks like casme2" in refusal("casme2", place)


def test_frames_without_their_sheet_are_recognised(tmp_path):
    touch(tmp_path / "CASME2_RAW_selected" / "sub01" / "EP02_01f", "img46.jpg")
    assert "looks like casme2" in refusal("casme2", tmp_path)
    assert "looks like casme2" in refusal("samm", tmp_path)


def test_a_folder_name_that_two_data_sets_share_says_nothing(tmp_path):
    touch(tmp_path / "Cropped" / "sub01" / "EP02_01f", "reg_img46.jpg")
    assert "looks like" not in refusal("casme2", tmp_path)


def test_a_folder_that_may_not_be_read_is_passed_over(tmp_path, monkeypatch):
    touch(tmp_path / "closed")
    listed = type(tmp_path).iterdir

    def iterdir(path):
        if path.name == "closed":
            raise PermissionError
        return listed(path)

    monkeypatch.setattr(type(tmp_path), "iterdir", iterdir)
    assert "looks like" not in refusal("samm", tmp_path)


@pytest.mark.parametrize("kind", ["raw", "cropped"])
def test_the_kind_of_frames_can_be_chosen(tmp_path, rendered_clips, kind):
    clips = rendered_clips[:3]
    for each in ("raw", "cropped"):
        write_layout(tmp_path, LAYOUTS["casme2"], clips, kind=each, traps=False)
    samples = catalogue.load("casme2", tmp_path, frames=kind).samples
    assert len(samples) == 3
    cropped = {path.apex_path.name.startswith("reg_") for path in samples}
    assert cropped == {kind == "cropped"}


def test_the_kind_of_frames_that_is_not_there_is_refused(tmp_path, rendered_clips):
    write_layout(tmp_path, LAYOUTS["casme2"], rendered_clips[:3], traps=False)
    with pytest.raises(InputError, match="named `Cropped` or `Cropped_original`"):
        catalogue.load("casme2", tmp_path, frames="cropped")
