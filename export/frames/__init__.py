"""From two frames and their landmarks to patches, in a TensorFlow graph."""
