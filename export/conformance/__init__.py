"""Whether a server answers as TensorFlow Serving does, checked from outside."""
