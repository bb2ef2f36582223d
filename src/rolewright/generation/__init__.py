"""Decoding: answers, with what the softmax said of each of their tokens."""
