"""Sampling: how far answers that are drawn to the same question agree."""
