"""What is evaluated: a model in this process, or one behind an endpoint."""
