"""Micro-expression recognition in TensorFlow/Keras 3: FGRMER, trained and measured honestly."""

__version__ = "0.1.0"
