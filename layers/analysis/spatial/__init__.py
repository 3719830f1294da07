"""Whether neighbours resemble each other: Moran's I and clusters."""
