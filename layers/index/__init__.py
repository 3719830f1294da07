"""The composite index and its recipes, one step per module."""
