import pytest

from fgrmer_tf.report.published import (
    measured_elsewhere,
    published_accuracies,
    published_results,
)

SCOPES = ("full", "smic", "casme2", "samm")


@pytest.mark.parametrize("rows", [published_results(), measured_elsewhere()])
def test_every_number_is_a_score(rows):
    values = [
        row[f"{scope}_{s}"] for row in rows for scope in SCOPES for s in ("uf1", "uar")
    ]
    assert all(0 < float(value) < 1 for value in values if value)
    assert sum(not value for value in values) <= 2


def test_every_published_number_says_where_it_is_from_and_whether_it_peeks():
    rows = published_results()
    assert all(row["source"] and row["checked"] for row in rows)
    peeks = {row["method"] for row in rows if row["epoch_from_test_fold"] == "yes"}
    assert peeks == {"FGRMER", "EMR (NMER)", "HTNet"}
    known = {"yes", "no", "unknown", "no sign of it", "not applicable"}
    assert {row["epoch_from_test_fold"] for row in rows} == known


def test_the_linear_model_and_the_leak_are_among_what_was_measured():
    rows = {row["system"]: row for row in measured_elsewhere()}
    (leak,) = [row for row in rows.values() if row["peeks"] == "yes"]
    assert float(leak["full_uf1"]) > float(rows["FGRMER as published"]["full_uf1"])
    linear = rows["balanced logistic regression, standardised whole map"]
    assert (linear["full_uf1"], linear["full_uar"]) == ("0.745", "0.765")


def test_accuracies_are_of_one_data_set_and_class_count():
    found = {
        (dataset, classes): {
            row["method"]: float(row["accuracy"])
            for row in published_accuracies(dataset, classes)
        }
        for dataset in ("raf-db", "affectnet", "ferplus", "ck-plus")
        for classes in (7, 8)
    }
    assert found["raf-db", 7]["TransFER"] == 0.9091
    assert found["affectnet", 7]["TransFER"] == 0.6623
    assert found["affectnet", 8] == {"SCN": 0.6023, "POSTER++": 0.6377}
    assert found["ferplus", 8] == {"VTFF": 0.8881}
    for nothing in (("raf-db", 8), ("ferplus", 7), ("ck-plus", 7), ("ck-plus", 8)):
        assert found[nothing] == {}


def test_numbers_that_could_only_be_recalled_are_not_there():
    rows = published_accuracies("raf-db", 7) + published_accuracies("affectnet", 7)
    assert not {"DAN", "DDAMFN", "POSTER"} & {row["method"] for row in rows}
    assert all(row["source"] and row["checked"] for row in rows)
    likely = {row["method"] for row in rows if row["epoch_from_test_part"] == "likely"}
    assert likely == {"TransFER", "APViT"}
