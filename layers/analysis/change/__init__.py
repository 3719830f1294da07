"""Change between two waves, and the stability of flags."""
