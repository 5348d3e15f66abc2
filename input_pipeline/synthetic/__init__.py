"""Clips made here: a real face moved by known action units."""
