"""Loaders: native annotation files and frame folders to sample records."""
