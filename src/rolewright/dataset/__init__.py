"""What is wrong with training data, said with the place and what to do."""
