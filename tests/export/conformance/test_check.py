import pytest

from export.conformance.check import REASONS, Check, Mismatch, require, run
from export.conformance.rest_client import RestClient
from export.conformance.target import Target


@pytest.fixture
def bare():
    """A server that nobody asks, with nothing given and nothing allowed."""
    return Target(
        rest=RestClient("http://localhost:1"),
        model="small",
        channels=3,
        num_classes=3,
        metadata={},
    )


def outcome(function, target, *needs):
    (result,) = run([Check(row="A1", title="t", run=function, needs=needs)], target)
    return result.outcome, result.seen


def test_what_was_seen_is_told(bare):
    assert outcome(lambda target: target.model, bare) == ("pass", "small")


def test_a_mismatch_fails_and_says_why(bare):
    assert outcome(lambda target: require(False, "5 rows"), bare) == ("fail", "5 rows")


def test_require_lets_pass_what_holds():
    require(1, "nothing")
    with pytest.raises(Mismatch, match="seen"):
        require(0, "seen")


def test_a_server_that_hangs_up_fails_the_row_and_not_the_run(bare):
    def broken(target):
        raise ConnectionResetError("gone")

    rows = [
        Check(row="A1", title="", run=broken),
        Check(row="A2", title="", run=lambda target: "fine"),
    ]
    assert [result.outcome for result in run(rows, bare)] == ["fail", "pass"]


@pytest.mark.parametrize("need", list(REASONS))
def test_a_row_that_needs_more_is_not_checked(bare, need):
    assert outcome(lambda target: "", bare, need) == ("not checked", REASONS[need])


def test_pushing_needs_the_folder_too(bare, tmp_path):
    assert Target(**{**vars(bare), "push": True}).offers == set()
    given = Target(**{**vars(bare), "push": True, "folder": tmp_path})
    assert given.offers == {"folder", "push"}


def test_a_row_that_nobody_can_be_asked_says_why(bare):
    (result,) = run([Check(row="B10", title="", reason="no integers")], bare)
    assert (result.outcome, result.seen) == ("not applicable", "no integers")
