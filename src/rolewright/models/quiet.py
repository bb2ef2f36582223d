"""Keep transformers' own progress bars and advice off stderr."""


def quieten_transformers() -> None:
    """Silence transformers for this process: what users need to know, Rolewright says itself."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
