"""Synthetic copies of the data sets of whole expressions."""
