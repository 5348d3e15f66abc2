"""Fitting one model per fold, and the folder that a run leaves behind."""
