"""Whether neighbours are similar: Moran's I and clusters."""
