"""What is evaluated: one suite a question, one module a suite."""
