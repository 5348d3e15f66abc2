"""Native layouts of picture data sets, a module each."""
