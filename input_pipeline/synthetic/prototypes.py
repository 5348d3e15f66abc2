"""Which action units show which emotion, and how often.

Source:
    The combinations are the FACS prototypes and variants that CASME II's coding sheet
    uses for each word (`15`, `17`, `14` under repression; `1+2`, `25` under surprise).
    Frequencies: chosen; classes are uneven, as in CASME II, but less so.
"""

EMOTIONS: dict[str, float] = {
    "happiness": 0.28,
    "disgust": 0.27,
    "repression": 0.20,
    "surprise": 0.25,
}
"""Mean share of each emotion among a subject's clips."""

PROTOTYPES: dict[str, dict[str, float]] = {
    "happiness": {"12": 4, "6+12": 4, "R12": 1, "L12": 1, "L12+6": 1},
    "disgust": {"4": 3, "4+7": 4, "10": 2, "4+10": 2, "4+9": 1},
    "repression": {"15": 4, "17": 4, "14": 2, "L14": 1, "R12+15": 1},
    "surprise": {"1+2": 5, "1+2+25": 3, "1+2+5": 2, "2+5": 1, "25": 2},
    "others": {"4+14": 2, "7": 1, "L14+17": 1, "5+25": 1},
}
"""Emotion to AU strings with their relative frequency."""
