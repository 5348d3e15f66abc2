"""Exported models: written, reloaded, compared with Keras, and only then kept."""
