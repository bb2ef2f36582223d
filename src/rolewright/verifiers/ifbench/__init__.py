"""Those of IFBench's verifiers that serve a role, under their ids (arXiv 2507.02833)."""

from rolewright.verifiers.ifbench import count, ratio, sentence, words
from rolewright.verifiers.ifbench import format as format

__all__ = ["count", "format", "ratio", "sentence", "words"]
