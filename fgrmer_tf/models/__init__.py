"""Whole networks built from the layers, and importers of published weights."""
