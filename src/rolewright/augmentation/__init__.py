"""Rows that keep a role in its place: twins of the examples under other system messages."""
