import pytest

from input_pipeline.macro.ferplus_votes import VOTES, shares


def votes(**counts):
    return [counts.get(name, 0) for name in VOTES]


@pytest.mark.parametrize(
    ("counts", "majority", "probability"),
    [
        ({"anger": 10}, {"anger": 1}, {"anger": 1}),
        (
            {"anger": 6, "fear": 3, "sadness": 1},
            {"anger": 1},
            {"anger": 6 / 9, "fear": 3 / 9},
        ),
        ({"anger": 5, "fear": 5}, "no majority", {"anger": 0.5, "fear": 0.5}),
        # A single vote counts nothing: 5 of 9 is a majority.
        (
            {"anger": 5, "fear": 4, "unknown": 1},
            {"anger": 1},
            {"anger": 5 / 9, "fear": 4 / 9},
        ),
        (
            {"anger": 4, "fear": 3, "neutral": 3},
            "no majority",
            {"anger": 0.4, "fear": 0.3, "neutral": 0.3},
        ),
        ({"anger": 4, "unknown": 4, "fear": 2}, "no majority", "no majority"),
        ({"anger": 6, "unknown": 4}, {"anger": 1}, {"anger": 1}),
        ({"unknown": 7, "fear": 3}, "most votes unknown", "most votes unknown"),
        ({"NF": 6, "fear": 4}, "most votes for no face", "most votes for no face"),
        ({"anger": 1, "fear": 1}, "single votes only", "single votes only"),
        (
            {"anger": 2, "fear": 2, "neutral": 2, "sadness": 2, "disgust": 2},
            "no majority",
            "too many classes",
        ),
    ],
)
def test_the_official_rules(counts, majority, probability):
    assert shares(votes(**counts), "majority") == majority
    found = shares(votes(**counts), "probability")
    assert found == (
        probability if isinstance(probability, str) else pytest.approx(probability)
    )
