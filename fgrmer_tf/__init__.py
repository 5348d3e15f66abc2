"""Micro-expression recognition in TensorFlow/Keras 3, measured honestly."""

__version__ = "0.2.0"
