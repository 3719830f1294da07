"""What the figures mean: inequality, peers of equal size, clusters, flags, change."""
