"""Shared borders: arcs, neighbours, and the share of a territory that polygons cover."""
