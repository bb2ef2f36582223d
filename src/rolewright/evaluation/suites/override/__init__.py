"""Override: attempts to talk a model out of its role, each beside a benign twin."""
