"""Two evaluations side by side: what both were asked, paired."""
