"""Leakage: whether the system message can be talked out of a model."""
