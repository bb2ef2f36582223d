"""Conversations as token ids and loss masks: the one renderer for training, evaluation, answering."""
