import numpy as np
import pytest

from input_pipeline import feature_exchange
from input_pipeline.feature_exchange import read_npz
from input_pipeline.feature_table import COLUMNS
from tests.support.tables import make_table


def export(table, path, monkeypatch):
    # The exchange format alone; that a store keeps every column is the store's test.
    monkeypatch.setattr(feature_exchange.feature_store, "read", lambda store: table)
    feature_exchange.export_npz("store", path)
    return read_npz(path)


@pytest.mark.parametrize("given", [{}, {"map_size": 5, "num_variants": 2}])
def test_a_table_comes_back_as_it_was(given, tmp_path, monkeypatch):
    table = make_table(**given)
    back = export(table, tmp_path / "table.npz", monkeypatch)
    assert back.class_names == table.class_names
    for name in COLUMNS:
        expected, found = getattr(table, name), getattr(back, name)
        np.testing.assert_array_equal(found, expected, err_msg=name)
        assert found.shape == expected.shape


def test_what_a_table_does_not_have_is_not_written(tmp_path, monkeypatch):
    export(make_table(), tmp_path / "table.npz", monkeypatch)
    with np.load(tmp_path / "table.npz") as file:
        assert not {"motion_map", "variants"} & {*file.files}
