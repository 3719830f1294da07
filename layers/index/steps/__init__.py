"""The steps from figures to a score, one per module."""
