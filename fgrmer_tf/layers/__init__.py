"""Keras layers, written with `keras.ops` alone so that every backend runs them."""
