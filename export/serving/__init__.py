"""The embedded server: TensorFlow Serving's protocols over pushed versions."""
