"""Rolewright: give a Qwen chat model a role of its own, prove it, and answer with a confidence."""

__version__ = "0.1.0"
