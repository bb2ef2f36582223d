"""A realistic role on real facts, for a first look; and the project that ``init`` lays out."""
