import pytest

from input_pipeline.macro import catalogue
from input_pipeline.macro.store import read_store
from input_pipeline.macro.store_writing import write_store
from tests.support import photo_folders


@pytest.fixture(scope="session")
def photo_set(tmp_path_factory):
    """RAF-DB with traps: 31 train pictures and 7 test pictures are usable."""
    folder = tmp_path_factory.mktemp("raf-db")
    content = photo_folders.write(folder, "raf-db", traps=True)
    photo_folders.write_subjects(folder, content)
    return catalogue.load("raf-db", folder), content


@pytest.fixture(scope="session")
def store(photo_set, tmp_path_factory):
    """Its store, of 29 px."""
    path = tmp_path_factory.mktemp("store") / "store"
    write_store(path, photo_set[0], side=29, alignment="none", source={"dataset": "d"})
    return path


@pytest.fixture(scope="session")
def table(store):
    return read_store(store)
