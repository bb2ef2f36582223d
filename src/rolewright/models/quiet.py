"""Keep the progress bars and advice of model libraries off stderr."""

import logging


def quieten_transformers() -> None:
    """Silence transformers and the hub client: what users need to know, Rolewright says itself."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
