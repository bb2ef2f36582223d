"""Instructions: whether a model still does what a user asks for, where no role is in force."""
