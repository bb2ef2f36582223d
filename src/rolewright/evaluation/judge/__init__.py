"""A model that decides what code cannot: asked in both orders, and compared with people."""
