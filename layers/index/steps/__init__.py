"""The steps from figures to a score, one a file."""
