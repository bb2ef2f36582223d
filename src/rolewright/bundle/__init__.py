"""The bundle: one folder that answers, evaluates and serves."""
