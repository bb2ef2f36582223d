"""Conversations as token ids and loss masks: one renderer, whatever they are used for."""
