"""Switching: other roles, from the start and after turns under the role."""
