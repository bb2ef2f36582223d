"""From scores to a confidence one can act on."""
