"""A folder that goes from two images to a label without TensorFlow and this project."""
