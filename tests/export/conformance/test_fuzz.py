import pytest

from benchmarks import serving_fuzz


def test_made_up_requests_break_nothing(target):
    prober = serving_fuzz.Prober(target)
    serving_fuzz.fuzz(prober, cases=300, seed=0)
    assert sum(prober.statuses.values()) >= 300
    kinds = {name.split(":")[0] for name in prober.statuses}
    assert len(kinds) == 5
    # Not only refusals at the door: some requests are as they should be.
    assert {"200", "400"} <= {name.split(": ")[1] for name in prober.statuses}


def test_a_server_error_is_found(target, monkeypatch):
    prober = serving_fuzz.Prober(target)
    monkeypatch.setattr(
        prober, "_over_rest", lambda request: serving_fuzz.judge(500, b"{}")
    )
    with pytest.raises(serving_fuzz.Broken, match="HTTP 500"):
        serving_fuzz.fuzz(prober, cases=20, seed=0)


@pytest.mark.parametrize(("status", "text"), [(503, b"{}"), (400, b"<html>")])
def test_what_breaks_a_server_is_told(status, text):
    with pytest.raises(serving_fuzz.Broken, match=str(status)):
        serving_fuzz.judge(status, text)


def test_another_answer_afterwards_is_found(target, monkeypatch):
    rows = iter([{"logits": target.clips(1)}, {"logits": target.clips(1) + 1}])
    prober = serving_fuzz.Prober(target)
    monkeypatch.setattr(type(target), "rows", lambda *arguments: next(rows))
    monkeypatch.setattr(prober, "send", lambda request: None)
    with pytest.raises(serving_fuzz.Broken, match="another way"):
        serving_fuzz.fuzz(prober, cases=1, seed=0)
