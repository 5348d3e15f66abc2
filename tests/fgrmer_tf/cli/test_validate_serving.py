import json

import pytest

from export.conformance import check, table, target
from fgrmer_tf.cli import console
from fgrmer_tf.cli.main import main


@pytest.fixture
def asked(monkeypatch):
    """Two rows in place of the table, and no server; gives what was asked with."""
    seen = {}

    def look_at(rest, model, **options):
        seen.update(rest=rest, model=model, **options)
        return target.Target(
            rest=rest, model=model, channels=3, num_classes=3, metadata={}
        )

    def rows(*outcomes):
        def run(outcome):
            return lambda asked: check.require(outcome == "pass", "[red] text") or "ok"

        found = [
            check.Check(row=f"A{n}", title=outcome, run=run(outcome))
            for n, outcome in enumerate(outcomes, start=1)
        ]
        monkeypatch.setattr(table, "checks", lambda: found)
        return seen

    monkeypatch.setattr(target, "look_at", look_at)
    return rows


@pytest.mark.parametrize(
    ("outcomes", "status"), [(("pass", "pass"), 0), (("pass", "fail"), 1)]
)
def test_the_exit_status_says_whether_a_row_failed(asked, tmp_path, outcomes, status):
    asked(*outcomes)
    out = tmp_path / "rows.json"
    arguments = ["validate-serving", "http://localhost:1", "--model", "m"]
    assert main([*arguments, "--out", str(out)]) == status
    record = json.loads(out.read_text())
    assert [row["outcome"] for row in record["rows"]] == list(outcomes)
    assert record["counts"]["pass"] == outcomes.count("pass")


def test_what_is_given_reaches_the_checks(asked, tmp_path):
    seen = asked("pass")
    token = tmp_path / "token"
    token.write_text("0123456789abcdef\n")
    main(
        [
            *("validate-serving", "http://localhost:1", "--model", "m"),
            *("--grpc", "localhost:2", "--folder", str(tmp_path)),
            *("--token-file", str(token), "--push", "--hostile"),
        ]
    )
    assert seen["model"] == "m"
    assert seen["grpc"].model == "m"
    assert (seen["folder"], seen["push"], seen["hostile"]) == (tmp_path, True, True)
    assert seen["rest"]._headers == {"Authorization": "Bearer 0123456789abcdef"}


def test_no_server_is_the_users_mistake(capsys):
    assert main(["validate-serving", "http://localhost:1", "--model", "m"]) == 2
    assert "must listen on localhost:1" in capsys.readouterr().err


def test_findings_are_shown_as_text(asked, monkeypatch, capsys):
    asked("fail")
    monkeypatch.setattr(console.console, "_width", 200)
    main(["validate-serving", "http://localhost:1", "--model", "m"])
    assert "[red] text" in capsys.readouterr().err
