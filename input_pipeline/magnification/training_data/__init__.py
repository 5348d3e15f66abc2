"""Pairs of frames with motion, and the same motion magnified, made without limit."""
