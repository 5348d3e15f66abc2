"""Rendered clips in the native layout of each data set, traps included."""
