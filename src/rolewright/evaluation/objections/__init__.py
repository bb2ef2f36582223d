"""What stands against "took hold", as records, and their words in each language."""
