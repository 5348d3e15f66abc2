import pytest

from fgrmer_tf import atomic


def test_a_failed_folder_leaves_nothing(tmp_path):
    with pytest.raises(FileNotFoundError), atomic.folder(tmp_path / "a") as folder:
        (folder / "x" / "missing").write_text("half")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_appears_whole(tmp_path):
    with atomic.folder(tmp_path / "a") as folder:
        (folder / "x").write_text("1")
        assert not (tmp_path / "a").exists()
    assert (tmp_path / "a" / "x").read_text() == "1"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_an_existing_folder_is_refused_or_replaced(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "old").touch()
    with pytest.raises(FileExistsError), atomic.folder(tmp_path / "a"):
        pass
    with atomic.folder(tmp_path / "a", replace=True) as folder:
        (folder / "new").touch()
    assert [p.name for p in tmp_path.rglob("*")] == ["a", "new"]


def test_a_failed_replacement_keeps_the_old_folder(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "old").touch()
    with (
        pytest.raises(FileNotFoundError),
        atomic.folder(tmp_path / "a", replace=True) as folder,
    ):
        (folder / "x" / "missing").write_text("half")
    assert (tmp_path / "a" / "old").exists()


def test_a_failed_write_keeps_the_old_file(tmp_path):
    atomic.write_json(tmp_path / "x.json", {"a": 1})
    with pytest.raises(TypeError):
        atomic.write_json(tmp_path / "x.json", {"a": object()})
    with pytest.raises(TypeError):
        atomic.write_bytes(tmp_path / "x.json", "text")
    assert (tmp_path / "x.json").read_text() == '{\n  "a": 1\n}\n'
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a"
    with atomic.file(path) as file:
        file.write(b"old")
        assert not path.exists()
    with pytest.raises(ZeroDivisionError), atomic.file(path) as file:
        file.write(bytes([1 // 0]))
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
