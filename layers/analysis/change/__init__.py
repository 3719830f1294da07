"""What changed between two waves, and whether ranks hold."""
