"""Which action units show which whole expression.

Source:
    FACS prototypes of the basic expressions (Ekman, Friesen and Hager, 2002), as far as
    `action_units.PULLS` has the units. Differs: AU 14 draws the corners of the mouth
    out in place of AU 20 under fear; a mouth that opens is AU 25 alone.
"""

PROTOTYPES: dict[str, tuple[str, ...]] = {
    "surprise": ("1+2+25", "1+2+5+25"),
    "fear": ("1+4+5+14", "1+4+7+14"),
    "disgust": ("9+10", "9+10+17"),
    "happiness": ("12", "6+12", "6+12+25"),
    "sadness": ("1+4+15", "1+15+17"),
    "anger": ("4+7+17", "4+5+17"),
    "neutral": ("7", "17"),
    "contempt": ("L14", "R14"),
}
"""Expression to AU strings, each as likely as the other."""

AT_REST = 0.004
"""What a neutral face moves by [face widths]: nobody keeps quite still."""
