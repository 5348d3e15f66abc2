"""Class sets of the protocols: what the classes are, and which clip is in which."""
