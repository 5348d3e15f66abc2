import pytest

from input_pipeline.checking.check import check
from input_pipeline.datasets import catalogue
from input_pipeline.label_sets.label_set import label_set
from input_pipeline.synthetic.native.layouts import LAYOUTS
from input_pipeline.synthetic.native.writing import write_layout


def run(root, layout):
    dataset = LAYOUTS[layout].dataset
    labels = label_set("cd6me" if dataset == "casme3c" else "megc2019")
    manifest = catalogue.load(dataset, root, labels)
    return check(manifest, dataset, root, labels, deep=True)


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_every_trap_of_every_layout_is_reported(tmp_path, rendered_clips, layout):
    planted = write_layout(tmp_path, LAYOUTS[layout], rendered_clips)
    result = run(tmp_path, layout)
    assert {one.finding for one in planted} >= {"check"}
    found = {(one.rule, one.subject, one.clip, one.row) for one in result.findings}
    missed = [
        one
        for one in planted
        if not any(
            one.rule == rule
            and one.subject in (subject, "")
            and one.clip in (clip, "")
            and one.row in (row, None)
            for rule, subject, clip, row in found
        )
    ]
    assert missed == []


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_without_traps_nothing_is_wrong(tmp_path, rendered_clips, layout):
    write_layout(tmp_path, LAYOUTS[layout], rendered_clips, traps=False)
    result = run(tmp_path, layout)
    wrong = [one for one in result.findings if one.kind in ("fault", "warning")]
    assert wrong == []
    assert result.reasons == ()
