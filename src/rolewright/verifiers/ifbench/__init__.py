"""Those of IFBench's verifiers that serve a role, under their ids (arXiv 2507.02833)."""

from rolewright.verifiers.ifbench import count, formats, ratio, sentence, words

__all__ = ["count", "formats", "ratio", "sentence", "words"]
