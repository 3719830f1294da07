"""The territories of a page as arcs, and a small picture of them."""
