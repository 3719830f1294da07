"""What the header of a page says of layers, places, levels and findings."""
