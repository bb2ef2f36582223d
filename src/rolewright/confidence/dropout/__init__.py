"""Monte-Carlo dropout: what the answer's probabilities are under many thinned networks."""
